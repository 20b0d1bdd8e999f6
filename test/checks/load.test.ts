import assert from "node:assert/strict";

import { MACHINES } from "../../components/facts/machines/index.js";
import { type LoadedModels, loadModels } from "../../components/checks/load.js";
import { ContractError, formatProblem } from "../../components/config/problems.js";
import { type Config, merged, modelConfig } from "../serving/fixtures.js";

const GROUP: Config = { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4 };
const SPOT: Config = merged(GROUP, {
  purpose: "batch",
  capacity: "spot",
  instanceTypes: ["g6.2xlarge", "g6.4xlarge"],
});

/** What it refuses, a line each; none where it does not. */
function problems(models: unknown, nodeGroups?: unknown): string[] {
  try {
    loadModels(models, nodeGroups);
  } catch (thrown) {
    assert.ok(thrown instanceof ContractError, String(thrown));
    assert.equal(thrown.message, thrown.problems.map(formatProblem).join("\n"));
    return thrown.problems.map(formatProblem);
  }
  return [];
}

const names = ({ models }: LoadedModels) => models.map(({ name }) => name);

describe("loadModels on what is no plain data", () => {
  // As an instance of the SDK's class answers; a contract imports no SDK.
  const output = { __pulumiOutput: true, toJSON: () => "Calling [toJSON] on an [Output<T>] is not supported." };

  it("names every Output at once, wherever it stands", () => {
    const flags = { "hf-overrides": { value: { a: [output] }, reason: "a trial" } };
    const models = { chat: modelConfig({ releases: { r1: { image: output, flags } } }) };
    const why =
      "is an Output, so a secret or known only later, and a contract is plain text that is checked first: " +
      "give a plain value, and keep a secret in a Kubernetes Secret";
    assert.deepEqual(problems(models, { gpu: merged(GROUP, { max: output }) }), [
      `models.chat.releases.r1.image: ${why}`,
      `models.chat.releases.r1.flags.hf-overrides.value.a[0]: ${why}`,
      `gpuNodes.gpu.max: ${why}`,
    ]);
    assert.deepEqual(problems(output), [`models: ${why}`]);
  });
});

describe("loadModels without node groups", () => {
  it("fills in defaults and keeps the order", () => {
    const loaded = loadModels({ chat: modelConfig(), digest: modelConfig({ class: "batch" }) });
    assert.deepEqual(names(loaded), ["chat", "digest"]);
    assert.equal(loaded.nodeGroups, undefined);
    const contract = loaded.models[0]!.releases.get("r1")!;
    assert.deepEqual([contract.name, contract.release, contract.gpu.count], ["chat", "r1", 1]);
    assert.deepEqual([contract.autoscaling.min, contract.autoscaling.max], [1, 1]);
    assert.equal(contract.drainSeconds, 120);
  });

  it("asks of the GPU only that a machine has as many", () => {
    const onEight = { releases: { r1: { gpu: { count: 8 } } } };
    assert.deepEqual(problems({ chat: modelConfig(onEight), trial: modelConfig({ class: "experimental" }) }), []);
    const a10 = { releases: { r1: { gpu: { type: "a10", count: 4 } } } };
    assert.deepEqual(problems({ chat: modelConfig(a10) }), [
      "models.chat.releases.r1.gpu.count: no machine of the tables has 4 × a10: use at most 2",
    ]);
  });

  it("names paths from `models`, whatever is wrong with it", () => {
    assert.deepEqual(problems(undefined), ["models: is missing: give an object such as { <name>: … }"]);
    assert.deepEqual(problems({}), ["models: is empty: describe at least one model"]);
    assert.deepEqual(problems([]), ["models: [] is a list: use an object such as { <name>: … }"]);
  });

  it("lets warnings pass", () => {
    const route = { stable: "r1", canary: { release: "r2", weight: 5 } };
    const { r1 } = modelConfig()["releases"] as Config;
    assert.deepEqual(names(loadModels({ chat: modelConfig({ route, releases: { r2: r1 } }) })), ["chat"]);
  });
});

describe("loadModels with node groups", () => {
  it("hands the groups on with their defaults and their machines", () => {
    const { nodeGroups } = loadModels({ chat: modelConfig() }, { pool: GROUP, spot: SPOT });
    const described = ({ instanceTypes, ...group }: Config) => ({
      ...group,
      machines: (instanceTypes as string[]).map((name) => MACHINES.get(name)),
    });
    assert.deepEqual(nodeGroups, {
      pool: { ...described(GROUP), capacity: "on-demand", min: 0 },
      spot: { ...described(SPOT), min: 0 },
    });
  });

  it("takes groups with labels and taints of their own", () => {
    const own = { ...GROUP, nodeSelector: { pool: "gpu" }, tolerations: [{ key: "gpu", operator: "Exists" }] };
    const { nodeGroups } = loadModels({ chat: modelConfig() }, { pool: own });
    assert.deepEqual(nodeGroups!["pool"]!.nodeSelector, { pool: "gpu" });
    assert.deepEqual(nodeGroups!["pool"]!.tolerations, [{ key: "gpu", operator: "Exists" }]);
  });

  it("refuses a model that no group takes", () => {
    assert.deepEqual(problems({ chat: modelConfig() }, { spot: SPOT }), [
      "models.chat.releases.r1.gpu.type: no node group offers l4 to interactive models: add one with purpose inference and " +
        "capacity on-demand, since spot nodes go at two minutes' notice, or use another type; there are: spot (l4, batch, spot)",
    ]);
    assert.deepEqual(problems({ chat: modelConfig() }, {}), [
      "models.chat.releases.r1.gpu.type: no node group offers l4 to interactive models: add one with purpose inference and " +
        "capacity on-demand, since spot nodes go at two minutes' notice, or use another type; there are: none",
    ]);
  });

  it("refuses more replicas than all the groups' GPUs, and lets a rollout without room pass", () => {
    const replicas = (min: number) => ({ chat: modelConfig({ autoscaling: { min, max: min } }) });
    assert.deepEqual(problems(replicas(5), { pool: GROUP }), [
      "gpuNodes: the models need 5 GPUs of pool at the least, and at max nodes there are 4: raise max, or lower autoscaling.min",
    ]);
    assert.deepEqual(problems(replicas(4), { pool: GROUP }), []);
  });

  it("refuses groups that are wrong in shape, and does not say that no group takes the models", () => {
    assert.deepEqual(problems({ chat: modelConfig() }, { pool: { ...GROUP, purpose: "inferense", max: 0 } }), [
      'gpuNodes.pool.purpose: "inferense" is not allowed: use inference or batch; did you mean inference?',
      "gpuNodes.pool.max: 0 is too small: use at least 1",
    ]);
    assert.deepEqual(problems({ chat: modelConfig() }, null), [
      "gpuNodes: is empty: give an object such as { <name>: { purpose: …, gpu: …, max: … } }",
    ]);
  });
});

describe("loadModels with much that is wrong", () => {
  it("names every problem at once: of groups, of models, of both together", () => {
    const models = {
      chat: modelConfig({ releases: { r1: { image: "vllm/vllm-openai:latest", context: 0 } } }),
      digest: modelConfig({ class: "batch", route: { stable: "r2" } }),
    };
    const groups = { pool: { ...GROUP, min: 5, instanceTypes: ["g6.2xlarge", "g6e.xlarge"] } };
    assert.deepEqual(problems(models, groups), [
      "gpuNodes.pool.min: 5 is more than max 4: use 0 to 4",
      'gpuNodes.pool.instanceTypes[1]: "g6e.xlarge" has l40s GPUs, not l4: set gpu: l40s or another type',
      "models.chat.releases.r1.context: 0 is too small: use at least 1",
      'models.chat.releases.r1.image: "vllm/vllm-openai:latest" is not pinned: use a version tag with its digest, name:tag@sha256:…',
      'models.digest.route.stable: there is no release "r2": use r1',
      "models.digest.releases.r1.gpu.type: no node group offers l4 to batch models: add one with purpose batch, or use another type; " +
        "there are: pool (l4, inference, on-demand)",
    ]);
  });

  it("throws errors only, though there are warnings beside them", () => {
    const canary = { route: { stable: "r1", canary: { release: "r1", weight: 5 } } };
    assert.deepEqual(problems({ chat: modelConfig(canary) }, { pool: GROUP }), [
      'models.chat.route.canary.release: "r1" is the stable release: name another one',
    ]);
  });
});
