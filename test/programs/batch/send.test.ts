import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf } from "./support/batch.js";
import { good, request, reversed } from "./support/input.js";
import { type Ended, endOf, run, start } from "./support/program.js";

const IDS = Array.from({ length: 8 }, (_, number) => `r${number}`);
const KEY = "sk-test-route-key";

interface Asked {
  id: string;
  body: { priority?: number };
  authorization: string | undefined;
}

/** What the model does with a request: its content tells which it is. */
type Answer = (asked: Asked, response: ServerResponse) => void;

const fine: Answer = ({ id }, response) =>
  response.end(JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: reversed(id) } }] }));

const failing =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(JSON.stringify({ error: { message: "no", code: status } }));

/** A served model on loopback. */
class Route {
  readonly asked: Asked[] = [];
  atOnce = 0;
  most = 0;
  private readonly server: Server;

  constructor(public answer: Answer = fine) {
    this.server = createServer((message, response) => void this.take(message, response)).listen(0, "127.0.0.1");
  }

  async url(): Promise<string> {
    if (!this.server.listening) await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/base`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async take(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.most = Math.max(this.most, ++this.atOnce);
    response.on("close", () => this.atOnce--);
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    assert.equal(message.url, "/base/v1/chat/completions");
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { messages: [{ content: string }]; priority?: number };
    const asked = { id: body.messages[0].content, body, authorization: message.headers.authorization };
    this.asked.push(asked);
    this.answer(asked, response);
  }
}

describe("batch_send", () => {
  after(removeFolders);

  let route: Route;
  let batch: Batch;

  async function cut(answer: Answer, more: object = {}, lines = IDS.map((id) => good(id, id).text)): Promise<void> {
    route = new Route(answer);
    const keys = { url: await route.url(), concurrency: 3, keyVariable: "ROUTE_KEY", patienceSeconds: 60, ...more };
    batch = batchOf(lines.join("\n"), { shardLines: 8, route: keys });
    assert.equal((await run("batch_split", batch.spec)).code, 0);
  }
  afterEach(() => route.close());

  const env = { JOB_COMPLETION_INDEX: "0", ROUTE_KEY: KEY };
  const send = (): Promise<Ended> => run("batch_send", batch.spec, env);
  const statuses = (): (number | undefined)[] =>
    batch.records("results/00000.jsonl").map(({ response }) => response?.status_code);

  it("sends each request once, with the key and at low priority, no more at once than it may, and writes them in order", async () => {
    await cut((asked, response) => setTimeout(() => fine(asked, response), 30), { priority: 100 });
    const { code, output } = await send();
    assert.equal(code, 0, output);
    const answers = batch.records("results/00000.jsonl");
    assert.deepEqual(
      answers.map(({ custom_id, response }) => [custom_id, response?.body?.choices[0]?.message.content]),
      IDS.map((id) => [id, reversed(id)]),
    );
    assert.deepEqual(route.asked.map(({ id }) => id).sort(), IDS);
    assert.ok(
      route.asked.every(({ body, authorization }) => body.priority === 100 && authorization === `Bearer ${KEY}`),
    );
    assert.equal(route.most, 3);
    assert.doesNotMatch(output, new RegExp(KEY));
  });

  it("waits as long as a busy server says, and asks again", async () => {
    let busy = 3;
    await cut((asked, response) => (busy-- > 0 ? failing(503, { "Retry-After": "1" }) : fine)(asked, response));
    const { code, output } = await send();
    assert.equal(code, 0, output);
    assert.deepEqual(
      statuses(),
      IDS.map(() => 200),
    );
    assert.equal(route.asked.length, IDS.length + 3);
  });

  it("takes a 400 for the answer at once and a 500 after its tries", async () => {
    await cut(
      (asked, response) =>
        (asked.id === "r1" ? failing(400) : asked.id === "r2" ? failing(500) : fine)(asked, response),
      {
        tries: 2,
      },
    );
    const { code, output } = await send();
    assert.equal(code, 0, output);
    assert.deepEqual(statuses(), [200, 400, 500, 200, 200, 200, 200, 200]);
    const tries = (id: string): number => route.asked.filter((asked) => asked.id === id).length;
    assert.deepEqual([tries("r1"), tries("r2")], [1, 2]);
    assert.deepEqual(batch.records("results/00000.jsonl")[1]!.error, { error: { message: "no", code: 400 } });
  });

  it("answers a streaming request with an error, since a record has the whole answer", async () => {
    const streaming = { ...request("s", "s"), body: { ...request("s", "s").body, stream: true } };
    await cut(fine, {}, [JSON.stringify(streaming), good("r", "r").text]);
    assert.equal((await send()).code, 0);
    assert.deepEqual(statuses(), [400, 200]);
    assert.equal(route.asked.length, 1);
  });

  it("keeps what is answered at SIGTERM, and asks for the rest alone afterwards", async () => {
    await cut((asked, response) => setTimeout(() => fine(asked, response), 200), { concurrency: 1 });
    const child = start("batch_send", batch.spec, env);
    const ended = endOf(child);
    while (route.asked.length < 3) await sleep(20);
    child.kill("SIGTERM");
    const { code, output } = await ended;
    assert.equal(code, 1, output);
    const kept = batch.records("partial/00000.jsonl").length;
    assert.ok(kept >= 2);
    const before = route.asked.length;
    assert.equal((await send()).code, 0);
    assert.equal(route.asked.length - before, IDS.length - kept);
  });

  it("ends with 1 when nothing answers for longer than its patience, and with 2 for a wrong key", async () => {
    await cut(failing(503), { patienceSeconds: 0 });
    const away = await send();
    assert.equal(away.code, 1);
    assert.match(away.output, /no answer for 0 s/);
    route.answer = failing(401);
    const wrong = await send();
    assert.equal(wrong.code, 2);
    assert.match(wrong.output, /API key is missing, wrong or not for this model/);
    const unset = await run("batch_send", batch.spec, { JOB_COMPLETION_INDEX: "0" });
    assert.equal(unset.code, 2);
    assert.match(unset.output, /ROUTE_KEY is not set/);
  });
});
