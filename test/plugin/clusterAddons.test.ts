import assert from "node:assert/strict";

import { ClusterAddons, type ClusterAddonsArgs } from "../../components/plugin/clusterAddons.js";
import { registered } from "../serving/registered.js";
import { inputErrors } from "./inputErrors.js";

const ARGS: ClusterAddonsArgs = { clusterName: "llm", modelNamespaces: ["models"], installByDefault: false };
const PLACE = { region: "eu-west-1", accountId: "123456789012" };

/** What it refuses, a line each. */
async function refused(changes: Partial<ClusterAddonsArgs>): Promise<string[]> {
  let lines: string[] = [];
  await registered(() => {
    try {
      new ClusterAddons("addons", { ...ARGS, ...changes });
    } catch (thrown) {
      lines = inputErrors(thrown);
    }
  });
  return lines;
}

const asked = (addon: string) => ({ addons: { [addon]: { install: true } } });

describe("ClusterAddons", () => {
  it("says what the cluster autoscaler has to know", async () => {
    assert.deepEqual(
      await refused(asked("clusterAutoscaler")),
      ["region", "accountId"].map(
        (key) =>
          `${key}: is missing, and the cluster autoscaler needs it: ` +
          "give it, or set addons.clusterAutoscaler.install to false",
      ),
    );
    assert.deepEqual(await refused({ ...asked("clusterAutoscaler"), ...PLACE }), []);
  });

  it("says what the load balancer controller has to know", async () => {
    assert.deepEqual(await refused({ ...asked("loadBalancerController"), ...PLACE }), [
      "vpcId: is missing, and the load balancer controller needs it: " +
        "give it, or set addons.loadBalancerController.install to false",
    ]);
  });

  it("tells the load balancer controller where it is", async () => {
    const registry = await registered(
      () => new ClusterAddons("addons", { ...ARGS, ...PLACE, ...asked("loadBalancerController"), vpcId: "vpc-1" }),
    );
    const { values } = registry.get("Release", "addons-load-balancer-controller").inputs as {
      values: { clusterName: string; region: string; vpcId: string };
    };
    assert.deepEqual([values.clusterName, values.region, values.vpcId], ["llm", "eu-west-1", "vpc-1"]);
  });
});
