import assert from "node:assert/strict";
import { listStacks } from "../../stacks/stackFile.js";
import { loadStack } from "../../tools/loadStack.js";
import { collect } from "../../tools/collect.js";
import { applyAll } from "../../tools/local/apply.js";
import { describe as named } from "../../tools/local/client.js";
import { NODE_GROUP_LABEL } from "../../components/vocabulary/nodes.js";
import { stackNodes } from "../../tools/local/nodes.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import { COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { type Pod, worldNode } from "./scenario.js";
import { newRun } from "../../tools/local/ownership.js";
import { removeRun } from "../../tools/local/removeRun.js";
import { stackSteps } from "../../tools/local/manifests.js";
import { PROJECT } from "../tools/folders.js";
import { world } from "./world.js";

describe("manifests on a real API server", () => {
  for (const stack of listStacks(PROJECT)) {
    it(`takes every manifest of ${stack} with strict field validation, and again without a change, and its pods land on their own groups`, async () => {
      const { cluster } = world();
      const { file, config } = loadStack(PROJECT, stack);
      const run = newRun();
      const steps = stackSteps(await collect(file), { run, load: { others: "0s", named: {} } });
      const nodes = stackNodes(nodeGroupsOf(config.cluster), ["us-east-1a"]).map((shape) => worldNode(shape, run));
      try {
        for (const node of nodes) await cluster.create(node);
        cluster.warnings.clear();
        const first = await applyAll(cluster, steps, { run, rolloutSeconds: 1 });
        assert.deepEqual(first.changed.toSorted(), steps.map(({ object }) => named(object)).sort());
        assert.deepEqual([...cluster.warnings], [], "the API server warns of nothing");

        const second = await applyAll(cluster, steps, { run, rolloutSeconds: 60 });
        assert.deepEqual(second.stuck, [], "every model has become ready, on the nodes that the stack describes");
        assert.deepEqual(second.changed, []);

        const groupOf = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.labels![NODE_GROUP_LABEL]!]));
        const pods = await cluster.list<Pod>("v1", "Pod", { labels: { [LABELS.partOf]: stack } });
        for (const { metadata, spec } of pods) {
          // A fill has no GPU.
          if (metadata.labels![LABELS.component] === COMPONENTS.cache) continue;
          const group = groupOf.get(spec.nodeName!)!;
          const { [LABELS.class]: trafficClass, [LABELS.gpu]: gpu } = metadata.labels!;
          assert.equal(group, `${trafficClass === "interactive" ? "inference" : "batch"}-${gpu}`, metadata.name);
        }
      } finally {
        assert.deepEqual(await removeRun(cluster, run), []);
      }
    });
  }

  it("refuses a field that Kubernetes does not know, so that the above means something", async () => {
    const { cluster } = world();
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "odd" }, dota: {} };
    await assert.rejects(cluster.apply(object), /ConfigMap odd: .*dota.*not declared in schema|unknown field "dota"/);
  });
});
