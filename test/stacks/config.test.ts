import assert from "node:assert/strict";

import { listOr } from "../../components/config/problems.js";
import { addonsSchema } from "../../components/platform/schema.js";
import { parseStackConfig } from "../../stacks/config.js";
import { plainSectionsSchema, stackConfigSchema } from "../../stacks/schema.js";
import { COMMIT, type Config, modelConfig, releaseConfig } from "../serving/fixtures.js";
import { builtCluster, problemsOf, stackValues, withGroup } from "./fixtures.js";

const GATED = { models: { chat: { releases: { r1: { model: { id: "meta-llama/Llama-3.1-8B-Instruct" } } } } } };

/** None of them asked for or refused. */
const ADDONS = addonsSchema.parse({});
const SECTIONS = listOr(Object.keys(stackConfigSchema.shape));

const rangeRule = (cidr: string) => ({ cidr, ports: [443], reason: "a mirror" });
const NO_RANGE =
  "is not an address range: use its first address and the prefix's length, such as 10.0.0.0/16 or 2001:db8::/32";

describe("parseStackConfig", () => {
  it("fills in every default", () => {
    const { config, problems } = parseStackConfig(stackValues());
    assert.deepEqual(problems, []);
    const { models, ...others } = config!;
    assert.deepEqual(others, {
      ...plainSectionsSchema.parse({}),
      batches: [],
      cluster: { existing: { name: "llm-test" } },
      namespace: "vllm",
      platform: {
        prometheus: {
          url: "http://kube-prometheus-stack-prometheus.monitoring.svc:9090",
          namespace: "monitoring",
          podMonitorLabels: {},
          monitors: "podMonitor",
        },
        addons: ADDONS,
      },
      access: {},
    });
    assert.deepEqual(
      models.map(({ name, releases }) => [name, [...releases.keys()]]),
      [["chat", ["r1"]]],
    );
  });

  it("takes what is given", () => {
    const given = {
      cluster: { existing: { name: "llm-test", context: "admin", kubeconfig: "apiVersion: v1" } },
      namespace: "models",
      platform: {
        prometheus: {
          url: "https://prometheus:9090/sub",
          namespace: "obs",
          podMonitorLabels: { a: "b" },
          monitors: "podMonitor",
        },
      },
      access: { clientNamespaces: ["assistant"], egress: [{ everywhere: true, ports: [443], reason: "weights" }] },
    };
    const { config, problems } = parseStackConfig(stackValues(given), ["cluster"]);
    assert.deepEqual(problems, []);
    const { models, ...others } = config!;
    assert.deepEqual(others, {
      ...plainSectionsSchema.parse({}),
      batches: [],
      ...given,
      platform: { ...given.platform, addons: ADDONS },
    });
    assert.equal(models[0]!.releases.get("r1")!.model.revision, COMMIT);
  });

  it("refuses labels that Kubernetes would not take, before a deployment meets them", () => {
    const podMonitorLabels = { "a b": "x", ok: "-y", release: "kube-prometheus-stack" };
    assert.deepEqual(problemsOf({ platform: { prometheus: { podMonitorLabels } } }), [
      'vllm:platform.prometheus.podMonitorLabels["a b"]: the key is not a label\'s name: use up to 63 letters, digits, dashes, dots and underscores, with a domain and / before them if any',
      'vllm:platform.prometheus.podMonitorLabels.ok: "-y" is not a label\'s value: use up to 63 letters, digits, dashes, dots and underscores, first and last no punctuation',
    ]);
    const nodeSelector = {
      "nvidia.com/gpu.product": "NVIDIA L4",
      "cloud.google.com/gke-accelerator": "nvidia-l4",
      x: "",
    };
    assert.deepEqual(problemsOf(withGroup({ nodeSelector })), [
      'vllm:cluster.existing.gpuNodes.pool.nodeSelector["nvidia.com/gpu.product"]: "NVIDIA L4" is not a label\'s value: use up to 63 letters, digits, dashes, dots and underscores, first and last no punctuation',
    ]);
  });

  it("names the nearest key for one that it does not know", () => {
    assert.deepEqual(problemsOf({ acces: {} }), [`vllm:acces: unknown key; did you mean access? Allowed: ${SECTIONS}`]);
  });

  it("names all keys where none is near", () => {
    const [only, ...others] = problemsOf({ nothing: {} });
    assert.match(only!, new RegExp(`^vllm:nothing: unknown key\\b.* Allowed: ${SECTIONS}$`));
    assert.deepEqual(others, []);
  });

  it("asks for the cluster, and for which one", () => {
    assert.deepEqual(problemsOf({ cluster: undefined }), [
      "vllm:cluster: is missing: give an object such as { existing: … }",
    ]);
    assert.deepEqual(problemsOf({ cluster: { existing: undefined } }), [
      "vllm:cluster: names no cluster: give existing, or the name, kubernetesVersion and gpuNodes of one to build",
    ]);
    assert.deepEqual(problemsOf({ cluster: { existing: { name: undefined } } }), [
      "vllm:cluster.existing.name: is missing: give text",
    ]);
    assert.deepEqual(problemsOf({ cluster: { existing: { nmae: "llm" } } }), [
      "vllm:cluster.existing.nmae: unknown key; did you mean name? Allowed: name, context, kubeconfig or gpuNodes",
    ]);
  });

  it("refuses a kubeconfig that is not text", () => {
    assert.deepEqual(problemsOf({ cluster: { existing: { kubeconfig: 5 } } }), [
      "vllm:cluster.existing.kubeconfig: is a number, which is not shown: use text",
    ]);
  });

  it("refuses an address of Prometheus that is not of http", () => {
    for (const url of ["prometheus:9090", "ftp://prometheus", "http://", ""]) {
      assert.deepEqual(problemsOf({ platform: { prometheus: { url } } }), [
        `vllm:platform.prometheus.url: ${JSON.stringify(url)} is not an http or https URL`,
      ]);
    }
  });

  it("refuses names that Kubernetes would refuse", () => {
    const why = "is not a Kubernetes name: use lower-case letters, digits and dashes";
    const long = "a".repeat(64);
    for (const namespace of ["Models", "models_1", "-models", "models-", "", long]) {
      assert.deepEqual(problemsOf({ namespace }), [`vllm:namespace: ${JSON.stringify(namespace)} ${why}`]);
    }
    assert.deepEqual(problemsOf({ namespace: "a".repeat(63) }), []);
    assert.deepEqual(problemsOf({ access: { clientNamespaces: ["assistant", "Search"] } }), [
      `vllm:access.clientNamespaces[1]: "Search" ${why}`,
    ]);
    assert.deepEqual(problemsOf({ platform: { prometheus: { namespace: "M" } } }), [
      `vllm:platform.prometheus.namespace: "M" ${why}`,
    ]);
  });

  it("warns where slices of MIG would pass for whole GPUs", () => {
    const platform = { addons: { devicePlugin: { migStrategy: "single" } } };
    const said = (changes: Config) => problemsOf(changes).filter((problem) => problem.includes("migStrategy"));
    assert.match(said({ platform })[0]!, /^warning: .*migStrategy: offers slices .* l4 is counted as a whole GPU/);
    const gpuTypes = { "a100-3g": { memoryGiB: 39.5, computeCapability: 8 } };
    const models = { chat: modelConfig({ releases: { r1: { gpu: { type: "a100-3g" } } } }) };
    assert.deepEqual(said({ platform, gpuTypes, models }), []);
    assert.deepEqual(said({}), []);
  });

  it("warns of a Helm value at a key that the chart does not have, of every add-on", () => {
    for (const addon of ["devicePlugin", "dcgmExporter", "keda", "prometheus", "clusterAutoscaler"]) {
      const said = problemsOf({ platform: { addons: { [addon]: { values: { noSuchKey: 1 } } } } });
      const at = `vllm:platform.addons.${addon}.values.noSuchKey`;
      assert.ok(
        said.some((problem) => problem.startsWith(`warning: ${at}: "noSuchKey" is no key of values.yaml`)),
        said.join("\n"),
      );
    }
  });

  it("refuses an empty list of clients", () => {
    assert.deepEqual(problemsOf({ access: { clientNamespaces: [] } }), [
      "vllm:access.clientNamespaces: [] is empty: give at least 1",
    ]);
  });

  it("refuses ranges that are none", () => {
    assert.deepEqual(problemsOf({ access: { egress: ["10.0.0.0/33", "10.0.0.0", "10.0.0.0/8"].map(rangeRule) } }), [
      `vllm:access.egress[0].cidr: "10.0.0.0/33" ${NO_RANGE}`,
      `vllm:access.egress[1].cidr: "10.0.0.0" ${NO_RANGE}`,
    ]);
  });

  it("reports every problem of every key at once, in the order of the config", () => {
    const changes = {
      typo: 1,
      cluster: { existing: { kubeconfig: 5, gpuNodes: { pool: { gpu: "a10g" } } } },
      namespace: "N",
      platform: { prometheus: { url: "x" } },
      access: { egress: [rangeRule("y")] },
      models: {
        chat: { releases: { r1: { image: "vllm:latest", context: 0 } } },
        other: modelConfig({ class: "slow" }),
      },
    };
    assert.deepEqual(
      problemsOf(changes).map((problem) => problem.split(": ")[0]),
      [
        "vllm:typo",
        "vllm:cluster.existing.kubeconfig",
        "vllm:cluster.existing.gpuNodes.pool.purpose",
        "vllm:cluster.existing.gpuNodes.pool.max",
        "vllm:cluster.existing.gpuNodes.pool",
        "vllm:namespace",
        "vllm:platform.prometheus.url",
        "vllm:access.egress[0].cidr",
        "vllm:models.chat.releases.r1.context",
        "vllm:models.chat.releases.r1.image",
        "vllm:models.other.class",
      ],
    );
  });
});

describe("parseStackConfig on a namespace that is there", () => {
  const stated = (name: string) => ({ namespace: { name, create: false } });

  it("takes any but Kubernetes' own, and default too", () => {
    for (const name of ["models", "default"]) assert.deepEqual(problemsOf(stated(name)), []);
    assert.deepEqual(problemsOf(stated("kube-system")), [
      `vllm:namespace: "kube-system" is Kubernetes' own: use another`,
    ]);
  });

  it("makes default only where it is there", () => {
    assert.deepEqual(problemsOf({ namespace: "default" }), [
      `vllm:namespace: "default" is Kubernetes' own, and the stack would make and destroy it: use another, or create: false`,
    ]);
  });

  it("wants none in a cluster that is yet to be built", () => {
    const found = problemsOf({ ...builtCluster(), ...stated("models") }).filter((line) =>
      line.startsWith("vllm:namespace"),
    );
    assert.deepEqual(found, [
      `vllm:namespace: a cluster that the stack builds has no namespace "models" yet: leave out create, and give the name`,
    ]);
  });
});

describe("parseStackConfig on Prometheus", () => {
  const paths = (prometheus: Config, addons: Config = {}) =>
    problemsOf({ platform: { prometheus, addons } }).map((line) => line.split(": ")[0]);
  const authentication = { bearer: { existingSecret: "p" } };
  const at = "vllm:platform.prometheus";

  it("takes authentication, annotations and own labels of a Prometheus of others", () => {
    assert.deepEqual(paths({ authentication, monitors: "annotations", seriesLabels: { model: "m" } }), []);
  });

  it("refuses them of the Prometheus that the stack installs, and labels beside a PodMonitor", () => {
    const prometheus = { install: true };
    assert.deepEqual(paths({ authentication, monitors: "none" }, { prometheus }), [
      `${at}.monitors`,
      `${at}.authentication`,
    ]);
    assert.deepEqual(paths({ seriesLabels: {} }), [`${at}.seriesLabels`]);
  });

  it("refuses Secrets where the stack's own KEDA may read none, and takes its AWS identity", () => {
    const keda = { install: true };
    assert.deepEqual(paths({ authentication }, { keda }), [`${at}.authentication`]);
    assert.deepEqual(paths({ authentication: { aws: { region: "us-east-1" } } }, { keda }), []);
  });
});

describe("parseStackConfig on secrets", () => {
  it("asks for a token for a gated model, and says how to set it", () => {
    assert.deepEqual(problemsOf(GATED), [
      'vllm:models.chat.releases.r1.model.id: "meta-llama/Llama-3.1-8B-Instruct" is gated, and there is no token: ' +
        "pulumi config set --secret vllm:huggingFaceToken",
    ]);
    assert.deepEqual(problemsOf({ ...GATED, huggingFaceToken: "hf_x" }, ["huggingFaceToken"]), []);
  });

  it("warns of a token that no model needs", () => {
    assert.deepEqual(problemsOf({ huggingFaceToken: "hf_x" }, ["huggingFaceToken"]), [
      "warning: vllm:huggingFaceToken: no model is gated, so no pod gets it",
    ]);
  });

  it("refuses secrets in plain text, without showing them", () => {
    const kubeconfig = "users: [{token: s3cret}]";
    const changes = { ...GATED, huggingFaceToken: "hf_s3cret", cluster: { existing: { kubeconfig } } };
    assert.deepEqual(problemsOf(changes), [
      "vllm:huggingFaceToken: is in plain text in the stack file: pulumi config set --secret vllm:huggingFaceToken, " +
        "and revoke the token",
      "vllm:cluster.existing.kubeconfig: is in plain text in the stack file: pulumi config set --secret --path " +
        "'vllm:cluster.existing.kubeconfig', and renew its credentials",
    ]);
    assert.deepEqual(problemsOf(changes, ["cluster", "huggingFaceToken"]), []);
  });
});

describe("parseStackConfig on node groups", () => {
  const POOL = "vllm:cluster.existing.gpuNodes.pool";

  it("accepts a group that takes the model", () => {
    assert.deepEqual(problemsOf(withGroup({})), []);
  });

  it("refuses numbers that contradict each other", () => {
    assert.deepEqual(problemsOf(withGroup({ min: 3 })), [`${POOL}.min: 3 is more than max 2: use 0 to 2`]);
  });

  it("refuses instance types that it does not know, or that have other GPUs", () => {
    assert.deepEqual(problemsOf(withGroup({ instanceTypes: ["g6.2xlrge", "g5.2xlarge"] })), [
      `${POOL}.instanceTypes[0]: "g6.2xlrge" is not a known GPU instance type; did you mean g6.2xlarge, g5.2xlarge or g6.12xlarge? ` +
        "With l4: g6.xlarge, g6.2xlarge, g6.4xlarge, g6.8xlarge, g6.12xlarge, g6.16xlarge, g6.24xlarge, g6.48xlarge, " +
        "gr6.4xlarge, gr6.8xlarge, g2-standard-4, g2-standard-8, g2-standard-12, g2-standard-16, g2-standard-24, g2-standard-32, g2-standard-48 or " +
        "g2-standard-96; machines that are not known are described by node",
      `${POOL}.instanceTypes[1]: "g5.2xlarge" has a10g GPUs, not l4: set gpu: a10g or another type`,
    ]);
  });

  it("refuses types with different numbers of GPUs in one group", () => {
    const [first] = problemsOf(withGroup({ instanceTypes: ["g6.2xlarge", "g6.12xlarge"] }));
    assert.equal(
      first,
      `${POOL}.instanceTypes: the types have different numbers of GPUs (1, 4): use one group for each number`,
    );
  });

  it("names the shape's problems of a group and nothing that merely follows from them", () => {
    assert.deepEqual(problemsOf(withGroup({ instanceTypes: "g6.2xlarge" })), [
      `${POOL}.instanceTypes: "g6.2xlarge" is text: use a list such as [g6.2xlarge]`,
    ]);
    assert.deepEqual(problemsOf(withGroup({ instanceTypes: [] })), [
      `${POOL}.instanceTypes: [] is empty: give at least 1`,
    ]);
    assert.deepEqual(problemsOf(withGroup({ purpose: "serving" })), [
      `${POOL}.purpose: "serving" is not allowed: use inference or batch`,
    ]);
    assert.deepEqual(problemsOf(withGroup({ max: undefined })), [`${POOL}.max: is missing: give a number`]);
  });

  const wanted =
    "add one with purpose inference and capacity on-demand, since spot nodes go at two minutes' notice, or use another type";
  const TYPE = "vllm:models.chat.releases.r1.gpu.type";

  it("refuses a model that no group takes, and says which groups there are", () => {
    assert.deepEqual(problemsOf(withGroup({ gpu: "a10g", instanceTypes: ["g5.2xlarge"] })), [
      `${TYPE}: no node group offers l4 to interactive models: ${wanted}; there are: pool (a10g, inference, on-demand)`,
    ]);
    assert.deepEqual(problemsOf({ cluster: { existing: { gpuNodes: {} } } }), [
      `${TYPE}: no node group offers l4 to interactive models: ${wanted}; there are: none`,
    ]);
  });

  it("keeps interactive models off spot groups, and batch models on batch groups", () => {
    assert.deepEqual(problemsOf(withGroup({ capacity: "spot" })), [
      `${TYPE}: no node group offers l4 to interactive models: ${wanted}; there are: pool (l4, inference, spot)`,
    ]);
    assert.deepEqual(problemsOf({ ...withGroup({}), models: { chat: { class: "batch" } } }), [
      `${TYPE}: no node group offers l4 to batch models: add one with purpose batch, or use another type; ` +
        "there are: pool (l4, inference, on-demand)",
    ]);
  });

  it("refuses a pod that no node of the group can hold", () => {
    const resources = { cpus: 20, memoryGiB: 64 };
    assert.deepEqual(problemsOf({ ...withGroup({}), models: { chat: { releases: { r1: { resources } } } } }), [
      "vllm:models.chat.releases.r1.resources.memoryGiB: 64 GiB do not fit on the group's smallest node, which can give 29 GiB: " +
        "ask for at most 29, or use larger machines",
      "vllm:models.chat.releases.r1.resources.cpus: 20 cores do not fit on the group's smallest node, which can give 7.41: " +
        "ask for at most 7.41, or use larger machines",
    ]);
    assert.deepEqual(
      problemsOf({ ...withGroup({}), models: { chat: { releases: { r1: { gpu: { count: 2 } } } } } }).slice(-1),
      [
        "vllm:models.chat.releases.r1.gpu.count: 2 GPUs are more than a node has: use at most 1, or larger instance types",
      ],
    );
  });

  it("counts the GPUs of all models together", () => {
    const GROUPS = "vllm:cluster.existing.gpuNodes";
    assert.deepEqual(problemsOf({ ...withGroup({}), models: { chat: { autoscaling: { min: 3, max: 3 } } } }), [
      `${GROUPS}: the models need 3 GPUs of pool at the least, and at max nodes there are 2: raise max, or lower autoscaling.min`,
    ]);
    const second = modelConfig({ releases: { r1: releaseConfig() } });
    assert.deepEqual(problemsOf({ ...withGroup({}), models: { second } }), [
      `warning: ${GROUPS}: the models may want 2 GPUs of pool, and 1 more while one is rolled out, and at max nodes there are 2: ` +
        "raise max, or expect pods to wait",
    ]);
  });
});
