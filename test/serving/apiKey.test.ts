import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { ApiKey } from "../../components/serving/apiKey.js";
import type { SecretKey } from "../../components/engine/secretKey.js";
import { registered, valueOf } from "./registered.js";

describe("ApiKey", () => {
  const metadata = { name: "chat", namespace: "models", labels: { team: "search" } };

  it("makes a random key of letters and digits", async () => {
    const registry = await registered(() => new ApiKey("chat", { metadata }));
    assert.deepEqual(registry.get("RandomPassword", "chat").inputs, { length: 40, special: false });
  });

  it("keeps it in a Secret, and secret on the way there", async () => {
    const registry = await registered(() => new ApiKey("chat", { metadata }));
    const { inputs, parent } = registry.get("Secret", "chat-api-key");
    assert.equal(parent, "ApiKey chat");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "chat-api-key", namespace: "models", labels: { team: "search" } },
      type: "Opaque",
      stringData: { secret: { "api-key": "k3y" } },
    });
  });

  it("says where it is kept", async () => {
    let kept: SecretKey | undefined;
    await registered(() => (kept = new ApiKey("chat", { metadata }).secretKey));
    assert.deepEqual(await valueOf(pulumi.output(kept!)), { name: "chat-api-key", key: "api-key" });
  });
});
