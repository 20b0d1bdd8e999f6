import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { main } from "../../stacks/main.js";
import { stackConfigSchema } from "../../stacks/schema.js";
import { registered, valueOf } from "../serving/registered.js";
import { stackValues } from "./fixtures.js";

/** Runs the program on values as the engine hands them over. */
async function run(values: Record<string, unknown>, secretKeys: string[] = []): Promise<ReturnType<typeof main>> {
  const text = Object.entries(values).map(([key, value]) => [
    `vllm:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  let result: ReturnType<typeof main> | undefined;
  let thrown: unknown;
  await registered(() => {
    pulumi.runtime.setAllConfig(Object.fromEntries(text) as Record<string, string>, secretKeys);
    try {
      result = main();
    } catch (caught) {
      thrown = caught;
    }
  });
  if (result === undefined) throw thrown;
  return result;
}

describe("main", () => {
  it("says what is live, by model", async () => {
    const { models } = await run(stackValues());
    assert.deepEqual(Object.keys(models), ["chat"]);
    const { url, release, model } = await valueOf(models["chat"]!);
    assert.deepEqual(
      { url, release, model },
      {
        url: "http://chat.vllm.svc:8000",
        release: "r1",
        model: "Qwen/Qwen3-8B",
      },
    );
  });

  it("refuses a config with every problem, as an error that the engine shows without a stack trace", async () => {
    await assert.rejects(
      run(stackValues({ namespace: "N", access: { egress: [{ cidr: "x", ports: [443], reason: "a mirror" }] } })),
      (thrown) => {
        assert.ok(pulumi.RunError.isInstance(thrown));
        assert.equal(
          thrown.message,
          [
            "the config has 2 problems:",
            '  vllm:namespace: "N" is not a Kubernetes name: use lower-case letters, digits and dashes',
            `  vllm:access.egress[0].cidr: "x" is not an address range: use its first address and the prefix's length, such as 10.0.0.0/16 or 2001:db8::/32`,
          ].join("\n"),
        );
        return true;
      },
    );
  });

  it("has every section declared in Pulumi.yaml", () => {
    const { config } = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as { config: object };
    assert.deepEqual(Object.keys(config), Object.keys(stackConfigSchema.shape));
  });

  it("takes the empty defaults that Pulumi.yaml declares", async () => {
    assert.ok(await run(stackValues({ huggingFaceToken: "", access: {}, platform: {} })));
  });

  it("knows from the engine what is secret", async () => {
    const gated = { models: { chat: { releases: { r1: { model: { gated: true } } } } }, huggingFaceToken: "hf_x" };
    await assert.rejects(run(stackValues(gated)), /vllm:huggingFaceToken: is in plain text/);
    assert.ok(await run(stackValues(gated), ["vllm:huggingFaceToken"]));
  });
});
