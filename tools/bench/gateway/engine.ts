/** A process that plays vLLM: streams tokens that tell when they left, or answers at once. Its output is its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { STREAM } from "./load.js";

const USAGE = { prompt_tokens: 10, total_tokens: 10 + STREAM.tokens, completion_tokens: STREAM.tokens };
const ANSWER = {
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1, model: "model-0", usage: USAGE },
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
};

const chunk = (rest: object) =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "model-0", ...rest })}\n\n`;

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  for (const broken of [request, response]) broken.on("error", () => undefined);
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const asked = JSON.parse(Buffer.concat(parts).toString()) as {
      stream?: boolean;
      stream_options?: { include_usage?: boolean };
    };
    if (asked.stream !== true) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ANSWER));
      return;
    }
    void stream(asked.stream_options?.include_usage === true);
  });

  async function stream(hasUsage: boolean): Promise<void> {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    for (let token = 0; token < STREAM.tokens && !response.destroyed; token += 1) {
      if (token > 0) await sleep(STREAM.gapMs);
      const content = `${(performance.timeOrigin + performance.now()).toFixed(3)} `;
      response.write(chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }));
    }
    if (hasUsage) response.write(chunk({ choices: [], usage: USAGE }));
    response.end("data: [DONE]\n\n");
  }
});
server.keepAliveTimeout = 120_000;
server.listen(0, "0.0.0.0", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
