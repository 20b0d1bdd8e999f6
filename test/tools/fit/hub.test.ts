import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { type Env, fetchConfig } from "../../../tools/fit/hub.js";
import { BadInput } from "../../../tools/failure.js";

const ID = "acme/model-7b";
const TOKEN = "hf_aSecretThatNobodyMayRead";
const CONFIG = '{ "model_type": "llama" }';

/** What a server was asked. */
interface Seen {
  path: string;
  authorization: string | undefined;
}

interface Stand {
  url: string;
  seen: Seen[];
}

const servers: Server[] = [];

/** A server on loopback that answers as told. */
async function stand(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Stand> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ path: request.url!, authorization: request.headers.authorization });
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function status(code: number, headers: Record<string, string> = {}): Parameters<typeof stand>[0] {
  return (_, response) => response.writeHead(code, headers).end("what a page would say");
}

/** The message with which a fetch is refused, which never has the token in it. */
async function refusal(env: Env, more: { revision?: string; timeoutSeconds?: number } = {}): Promise<string> {
  try {
    await fetchConfig({ id: ID, env, ...more });
  } catch (thrown) {
    assert.ok(thrown instanceof BadInput, String(thrown));
    assert.ok(!thrown.message.includes(TOKEN));
    assert.equal(thrown.problems.length, 1);
    return thrown.message;
  }
  return assert.fail("nothing was thrown");
}

describe("fetchConfig", () => {
  after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("asks the endpoint for the file at main, without a token where there is none", async () => {
    const { url, seen } = await stand((_, response) => response.end(CONFIG));
    assert.equal(await fetchConfig({ id: ID, env: { HF_ENDPOINT: `${url}/` } }), CONFIG);
    assert.deepEqual(seen, [{ path: `/${ID}/resolve/main/config.json`, authorization: undefined }]);
  });

  it("asks for a revision, with the token, below an endpoint that has a path", async () => {
    const { url, seen } = await stand((_, response) => response.end(CONFIG));
    await fetchConfig({
      id: ID,
      revision: "refs/pr/1",
      env: { HF_ENDPOINT: `${url}/api/hf`, HF_TOKEN: ` ${TOKEN}\n` },
    });
    await fetchConfig({ id: ID, env: { HF_ENDPOINT: url, HUGGING_FACE_HUB_TOKEN: TOKEN } });
    assert.deepEqual(seen, [
      { path: `/api/hf/${ID}/resolve/refs%2Fpr%2F1/config.json`, authorization: `Bearer ${TOKEN}` },
      { path: `/${ID}/resolve/main/config.json`, authorization: `Bearer ${TOKEN}` },
    ]);
  });

  it("follows redirects, and gives the token to no other host", async () => {
    const storage = await stand((_, response) => response.end(CONFIG));
    const hub = await stand((request, response) => {
      const isFirst = request.url!.startsWith(`/${ID}/`);
      response.writeHead(307, { location: isFirst ? "/renamed/config.json" : `${storage.url}/blob` }).end();
    });
    assert.equal(await fetchConfig({ id: ID, env: { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN } }), CONFIG);
    assert.deepEqual(
      hub.seen.map(({ path, authorization }) => [path, authorization]),
      [
        [`/${ID}/resolve/main/config.json`, `Bearer ${TOKEN}`],
        ["/renamed/config.json", `Bearer ${TOKEN}`],
      ],
    );
    assert.deepEqual(storage.seen, [{ path: "/blob", authorization: undefined }]);
  });

  it("gives up on redirects without end, and on those that lead out of the web", async () => {
    const circle = await stand((request, response) => response.writeHead(302, { location: request.url! }).end());
    assert.match(
      await refusal({ HF_ENDPOINT: circle.url }),
      /redirects more than 5 times; or give the path of its config\.json$/,
    );
    assert.equal(circle.seen.length, 6);
    for (const location of ["file:///etc/passwd", "http://user:word@127.0.0.1/"]) {
      const { url } = await stand(status(302, { location }));
      const message = await refusal({ HF_ENDPOINT: url });
      assert.match(message, /redirects to ".*", which is no address of the web/);
      assert.ok(!message.includes("word@"));
    }
  });

  const refusals: [name: string, code: number, header: string | undefined, open: RegExp, withToken: RegExp][] = [
    [
      "a gated model",
      401,
      "GatedRepo",
      /is gated \(401\): accept its licence at http:.*\/acme\/model-7b, and set HF_TOKEN/,
      /HF_TOKEN has to be of that account/,
    ],
    ["a gated model, for another account", 403, "GatedRepo", /is gated \(403\)/, /HF_TOKEN has to be of that account/],
    [
      "a model that is not there",
      401,
      "RepoNotFound",
      /\(401\): there is no such model, or it is private or gated: check the id, or set HF_TOKEN/,
      /does not take the token in HF_TOKEN \(401\): make a new one/,
    ],
    [
      "a token without the right",
      403,
      undefined,
      /forbids it \(403\): set HF_TOKEN/,
      /the token in HF_TOKEN may not read it \(403\)/,
    ],
    ["a model that is gone", 404, "RepoNotFound", /does not have it \(404\): check the id/, /does not have it \(404\)/],
    [
      "a revision that is not there",
      404,
      "RevisionNotFound",
      /it has no revision "main" \(404\): check --revision/,
      /no revision "main"/,
    ],
    [
      "a repository without the file",
      404,
      "EntryNotFound",
      /its revision "main" has no config\.json \(404\)/,
      /has no config\.json/,
    ],
    [
      "too many requests",
      429,
      undefined,
      /too many requests \(429\): wait a few minutes, or set HF_TOKEN;/,
      /wait a few minutes;/,
    ],
    ["a hub that fails", 503, undefined, /the hub fails \(503\): try again later/, /the hub fails/],
    [
      "an answer that is none",
      418,
      undefined,
      /answers 418, which is no config\.json: check HF_ENDPOINT/,
      /answers 418/,
    ],
    ["a redirect to nowhere", 302, undefined, /answers 302/, /answers 302/],
  ];
  for (const [name, code, header, open, withToken] of refusals) {
    it(`says what helps for ${name}`, async () => {
      const { url } = await stand(status(code, header === undefined ? {} : { "x-error-code": header }));
      for (const [env, expected] of [
        [{ HF_ENDPOINT: url }, open],
        [{ HF_ENDPOINT: url, HF_TOKEN: TOKEN }, withToken],
      ] as const) {
        const message = await refusal(env);
        assert.match(message, expected);
        assert.match(message, /^acme\/model-7b: is not in the catalogue, and .*; or give the path of its config\.json/);
      }
    });
  }

  it("waits no longer than it is told, for the answer and for the rest of it", async () => {
    const silent = await stand(() => undefined);
    const half = await stand((_, response) => response.writeHead(200).write("{"));
    for (const { url } of [silent, half]) {
      const message = await refusal({ HF_ENDPOINT: url }, { timeoutSeconds: 0.2 });
      assert.match(message, /did not answer within 0\.2 seconds/);
    }
  });

  it("reads no more than a config.json can be", async () => {
    const { url } = await stand((_, response) => response.end("x".repeat(9 * 2 ** 20)));
    assert.match(await refusal({ HF_ENDPOINT: url }), /is larger than 8 MiB: no config\.json/);
  });

  it("says that a host cannot be reached, and asks none where the hub is switched off", async () => {
    const { url } = await stand(status(200));
    servers.at(-1)!.close();
    assert.match(await refusal({ HF_ENDPOINT: url }), /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/);
    const open = await stand(status(200));
    assert.match(
      await refusal({ HF_ENDPOINT: open.url, HF_HUB_OFFLINE: "1" }),
      /HF_HUB_OFFLINE is set: unset it to ask the hub; or give the path/,
    );
    assert.deepEqual(open.seen, []);
  });

  it("refuses an endpoint that is no address of a hub, and shows nothing of it", async () => {
    const endpoints = [
      ...["secret", "ftp://secret", "file:///secret", "https://user:secret@hub", 'https://user:"secret@hub'],
      ...["https://user: secret@hub", "https://hub?token=secret", "https://hub/#secret"],
    ];
    for (const endpoint of endpoints) {
      const message = await refusal({ HF_ENDPOINT: endpoint });
      assert.match(
        message,
        /^HF_ENDPOINT: is not the address of a hub, .* such as https:\/\/huggingface\.co, and HF_TOKEN/,
      );
      assert.ok(!message.includes("secret"), message);
    }
  });

  it("stops at an answer that unpacks to more than a config.json can be", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const { url } = await stand((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
    assert.match(await refusal({ HF_ENDPOINT: url }), /is larger than 8 MiB: no config\.json/);
  });

  it("refuses a token that no header can hold, and does not show it", async () => {
    assert.match(await refusal({ HF_TOKEN: `${TOKEN}\nX-Other: 1` }), /^HF_TOKEN: holds characters that no token has/);
  });

  it("names models of the catalogue that may be meant", async () => {
    const { url } = await stand(status(404));
    await assert.rejects(fetchConfig({ id: "Qwen/Qwen3-8", env: { HF_ENDPOINT: url } }), /did you mean Qwen\/Qwen3-8B/);
  });
});
