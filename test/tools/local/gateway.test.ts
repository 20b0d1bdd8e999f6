import assert from "node:assert/strict";

import { stackSteps } from "../../../tools/local/manifests.js";
import { gatewayValues } from "../../gateway/fixtures.js";
import { resourcesOf } from "../reports.js";

describe("a local cluster for a stack with a gateway", () => {
  it("has no object whose kind it does not know, and every other", async () => {
    const steps = stackSteps(await resourcesOf(gatewayValues()), { run: "r", load: { others: "1s", named: {} } });
    const groups = new Set(steps.map(({ object }) => object.apiVersion.split("/")[0]!));
    assert.deepEqual(
      [...groups].filter((group) => /gateway|cert-manager/.test(group)),
      [],
    );
    assert.ok(steps.some(({ object }) => object.kind === "Secret" && object.metadata.name === "test.keys"));
  });
});
