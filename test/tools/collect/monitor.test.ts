import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { startMonitor } from "../../../tools/collect/monitor.js";

type Answer = Readonly<Record<string, (() => unknown) | undefined>>;
type Register = (request: unknown, callback: (error: unknown, answer: Answer) => void) => Promise<void>;

class Thing extends pulumi.CustomResource {}

describe("startMonitor", () => {
  it("answers all that the SDK asks of a resource, and what newer ones ask", async () => {
    await startMonitor("vllm", "test", { region: "us-east-1" }, () => undefined);
    const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
    const answers: Answer[] = [];
    const { registerResource } = monitor;
    monitor.registerResource = (request, callback) =>
      registerResource(request, (error, answer) => {
        answers.push(answer);
        callback(error, answer);
      });

    new Thing("test:index:Thing", "thing");
    await pulumi.runtime.disconnect();

    const [answer] = answers;
    assert.equal(answers.length, 1);
    const asked = (name: string) => answer![name]!();
    assert.match(String(asked("getUrn")), /::test:index:Thing::thing$/);
    assert.equal(asked("getId"), "thing");
    assert.equal(asked("getResult"), 0);
    assert.equal(asked("getUnknown"), false);
  });
});
