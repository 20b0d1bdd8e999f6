/** Of several faults in one config each is named, and nothing else: no check stumbles over what another has found. */
import assert from "node:assert/strict";

import fc from "fast-check";

import { joinPath } from "../../components/config/parse.js";
import { formatProblem } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import type { Config } from "../serving/fixtures.js";
import { FULL_BUILT, FULL_EXISTING, FULL_IN_VPC } from "./fullConfig.js";
import { type Leaf, leavesOf, planted } from "./leaves.js";

/** Before the end of support of the Kubernetes version that the configs name. */
const TODAY = new Date("2026-11-26T00:00:00Z");

/** Without what makes the configs have warnings or errors of their own. */
function sound(config: Config): Config {
  return { ...config, platform: merge(config["platform"], ["addons", "clusterAutoscaler"], {}) };
}

function merge(value: unknown, keys: string[], to: unknown): unknown {
  return planted(value, keys, to);
}

/** Batches read other sections by name, and have tests of their own: test/checks/batch. */
const withoutBatches = (config: Config): Config => ({ ...config, batch: {}, batchQuota: undefined });

const CONFIGS = {
  "an existing cluster": sound(withoutBatches(FULL_EXISTING)),
  "a cluster to build": sound(withoutBatches(FULL_BUILT)),
  "a cluster in a VPC that exists": sound(withoutBatches(FULL_IN_VPC)),
};
const ENCRYPTED = ["huggingFaceToken", "cluster.existing.kubeconfig"];

/** Paths of the errors, without `vllm:`. */
function errorsOf(config: unknown): { paths: string[]; text: string } {
  const values = config as Record<string, unknown>;
  const { problems } = parseStackConfig(
    values,
    ENCRYPTED.filter((path) => leafAt(values, path) !== undefined),
    TODAY,
  );
  const errors = problems.filter(({ severity }) => severity === "error");
  return {
    paths: errors.map(({ path }) => path.replace(/^vllm:/, "")).sort(),
    text: problems.map(formatProblem).join("\n"),
  };
}

function leafAt(values: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values);
}

/** A fault that needs more than a schema to be found. */
interface Fault {
  name: string;
  /** Where it is put. */
  keys: string[];
  value: unknown;
  /** Where it is reported. @default where it is put */
  at?: string;
  /** What the check reads besides; a fault there leaves nothing to check. */
  reads?: string[];
}

const R1 = ["models", "chat", "releases", "r1"];
const r1 = (...keys: string[]): string[] => [...R1, ...keys];
const reasoned = (value: unknown) => ({ value, reason: "a test" });
const OF_R1 = "models.chat.releases.r1";

const COMMON: Fault[] = [
  { name: "an unpinned image", keys: r1("image"), value: "vllm/vllm-openai:latest" },
  { name: "an unknown flag", keys: r1("flags", "no-such-flag"), value: reasoned(1) },
  { name: "a flag of the contract's", keys: r1("flags", "max-model-len"), value: reasoned(1) },
  { name: "a flag that opens the engine", keys: r1("flags", "middleware"), value: reasoned(["a.b"]) },
  { name: "a flag without its object", keys: r1("flags", "seed"), value: 5, at: `${OF_R1}.flags.seed` },
  { name: "a variable of the contract's", keys: r1("env", "HF_TOKEN"), value: reasoned("x") },
  { name: "a secret in a variable", keys: r1("env", "MY_PASSWORD"), value: reasoned("x") },
  {
    name: "fewer requests in flight than sequences",
    keys: r1("concurrency", "inFlight"),
    value: 2,
    reads: [`${OF_R1}.concurrency.sequences`],
  },
  {
    name: "a count that does not divide the heads",
    keys: r1("gpu", "count"),
    value: 3,
    reads: [`${OF_R1}.model`, "cluster", `${OF_R1}.gpu`, `${OF_R1}.resources`],
  },
  {
    name: "a context beyond the model's",
    keys: r1("context"),
    value: 1_000_000,
    reads: [`${OF_R1}.model.id`, `${OF_R1}.flags`],
  },
  {
    name: "shared memory beyond the memory",
    keys: r1("resources", "sharedMemoryGiB"),
    value: 64,
    at: `${OF_R1}.resources.sharedMemoryGiB`,
    reads: [`${OF_R1}.resources.memoryGiB`],
  },
  { name: "a disk of no size", keys: r1("resources", "diskGiB"), value: 0 },
  { name: "a key that nobody knows", keys: r1("modle"), value: 1 },
  { name: "a release's name", keys: ["models", "chat", "releases", "r-9"], value: {}, at: "models.chat.releases.r-9" },
  {
    name: "a canary that is the stable release",
    keys: ["models", "chat", "route", "canary", "release"],
    value: "r1",
    reads: ["models.chat.route.stable"],
  },
  {
    name: "a shadow that is not there",
    keys: ["models", "chat", "route", "shadow", "release"],
    value: "r7",
    // Which releases there are, not what is in them.
    reads: ["models.chat.releases.*"],
  },
  {
    name: "an activation by vLLM's own metric",
    keys: ["models", "chat", "autoscaling", "activation", "query"],
    value: "vllm:num_requests_waiting",
    reads: ["models.chat.autoscaling.min", "models.chat.autoscaling.activation"],
  },
  {
    name: "a served name twice",
    keys: ["models", "chat", "servedNames"],
    value: ["a", "a"],
    at: "models.chat.servedNames[1]",
  },
  { name: "a namespace of Kubernetes", keys: ["namespace"], value: "kube-system" },
  { name: "a user in Prometheus' URL", keys: ["platform", "prometheus", "url"], value: "http://me@prometheus:9090" },
  {
    name: "an address range of no form",
    keys: ["access", "mesh", "probeCidrs"],
    value: ["10.0.0.0/99"],
    at: "access.mesh.probeCidrs[0]",
  },
  { name: "a section that nobody knows", keys: ["modles"], value: {} },
];

const FAULTS: Record<keyof typeof CONFIGS, Fault[]> = {
  "an existing cluster": [
    ...COMMON,
    {
      name: "fewer nodes at most than at least",
      keys: ["cluster", "existing", "gpuNodes", "pool", "min"],
      value: 99,
      reads: ["cluster.existing.gpuNodes.pool.max"],
    },
    { name: "a key of no cluster", keys: ["cluster", "existing", "gpu"], value: 1 },
  ],
  "a cluster to build": [
    ...COMMON,
    { name: "a version of Kubernetes that is over", keys: ["cluster", "kubernetesVersion"], value: "1.20" },
    { name: "a range that is no VPC's", keys: ["cluster", "network", "cidr"], value: "10.0.0.0/8" },
    {
      name: "a range that is no Services'",
      keys: ["cluster", "network", "serviceCidr"],
      value: "8.8.8.0/24",
    },
    {
      name: "an open endpoint",
      keys: ["cluster", "publicEndpoint", "cidrs"],
      value: ["0.0.0.0/0"],
      at: "cluster.publicEndpoint.cidrs[0]",
    },
    {
      name: "an endpoint twice",
      keys: ["cluster", "network", "interfaceEndpoints"],
      value: ["sts", "sts"],
      at: "cluster.network.interfaceEndpoints[1]",
    },
    {
      name: "an ARM machine for the system",
      keys: ["cluster", "systemNodes", "instanceTypes"],
      value: ["m7g.large"],
      at: "cluster.systemNodes.instanceTypes[0]",
    },
    {
      name: "more system nodes at least than at most",
      keys: ["cluster", "systemNodes", "min"],
      value: 9,
      reads: ["cluster.systemNodes.max"],
    },
    {
      name: "an AMI of another version",
      keys: ["cluster", "amiRelease"],
      value: "1.35.1-20260714",
      reads: ["cluster.kubernetesVersion"],
    },
    {
      name: "a zone that the cluster does not have",
      keys: ["cluster", "gpuNodes", "shared", "zones"],
      value: ["us-east-1f"],
      at: "cluster.gpuNodes.shared.zones[0]",
      reads: ["cluster.network.zones", "cluster.network.additionalZones"],
    },
    {
      name: "zones of a reservation",
      keys: ["cluster", "gpuNodes", "inference", "zones"],
      value: ["us-east-1a"],
      reads: ["cluster.gpuNodes.inference.reservation", "cluster.network.zones", "cluster.network.additionalZones"],
    },
    { name: "an IAM path of no form", keys: ["cluster", "iam", "path"], value: "platform" },
    {
      name: "slices that nothing makes",
      keys: ["platform", "addons", "devicePlugin", "migStrategy"],
      value: "mixed",
      reads: ["cluster"],
    },
    {
      name: "a disk beyond the nodes'",
      keys: r1("resources", "diskGiB"),
      value: 9000,
      reads: [`${OF_R1}`, "cluster", "cache", "pod", "models.chat.class", "models.chat.pod"],
    },
    {
      name: "labels of nodes that are built",
      keys: ["cluster", "gpuNodes", "inference", "nodeSelector"],
      value: { a: "b" },
      at: "cluster.gpuNodes.inference",
    },
  ],
  "a cluster in a VPC that exists": [
    ...COMMON,
    {
      name: "a subnet twice",
      keys: ["cluster", "network", "existing", "additionalSubnetIds"],
      value: ["subnet-00000001"],
      at: "cluster.network.existing.privateSubnetIds",
      reads: ["cluster.network.existing.privateSubnetIds"],
    },
    { name: "a range beside it", keys: ["cluster", "network", "cidr"], value: "10.0.0.0/16", at: "cluster.network" },
    { name: "an id that is no VPC's", keys: ["cluster", "network", "existing", "vpcId"], value: "subnet-00000001" },
  ],
};

const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

/** Helm takes any value at any key, and vLLM null for what is left out of speculation. */
function isTyped({ keys }: Leaf): boolean {
  return (keys.indexOf("values", 2) === -1 || keys[0] !== "platform") && !keys.includes("num_speculative_tokens");
}

/** Whether each fault leaves alone what the others are and read. */
function areIndependent(faults: readonly Planted[]): boolean {
  return faults.every((fault, index) =>
    faults.every((other, at) => {
      if (index === at) return true;
      return [other.path, ...other.reads].every((path) => !isWithin(fault.path, path) && !isWithin(path, fault.path));
    }),
  );
}

interface Planted {
  keys: (string | number)[];
  path: string;
  value: unknown;
  expected: string;
  reads: string[];
}

function plantedFault({ keys, value, at, reads = [] }: Fault): Planted {
  const path = keys.join(".");
  return { keys, path, value, expected: at ?? path, reads };
}

/** `null` is of no type that a config knows. */
function plantedLeaf({ keys, path }: Leaf): Planted {
  return { keys, path, value: null, expected: path, reads: [] };
}

/** The planted fault that a problem is of: the innermost that its path is in. */
function nearest(path: string, chosen: readonly Planted[]): string | undefined {
  const around = chosen.map(({ expected }) => expected).filter((expected) => isWithin(path, expected));
  return around.sort((a, b) => b.length - a.length)[0];
}

/** Objects and lists within a config: each is wrong as a number. */
function innersOf(value: unknown, keys: (string | number)[] = []): Planted[] {
  if (value === null || typeof value !== "object") return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const path = keys.length === 0 ? "" : joinPath(String(keys[0]), keys.slice(1));
  const inner = entries.flatMap(([key, item]) => innersOf(item, [...keys, key]));
  return keys.length === 0 ? inner : [{ keys, path, value: -1, expected: path, reads: [] }, ...inner];
}

describe("parseStackConfig on several faults", () => {
  for (const [name, config] of Object.entries(CONFIGS)) {
    const faults = FAULTS[name as keyof typeof CONFIGS];

    it(`finds nothing wrong with ${name} as it stands`, () => {
      const { paths, text } = errorsOf(config);
      assert.deepEqual(paths, [], text);
    });

    for (const fault of faults) {
      it(`finds ${fault.name} in ${name}, and nothing else`, () => {
        const { keys, value, expected } = plantedFault(fault);
        const { paths, text } = errorsOf(planted(config, keys, value));
        assert.deepEqual(
          [...new Set(paths.map((path) => (isWithin(path, expected) ? expected : path)))],
          [expected],
          text,
        );
      });
    }

    it(`finds each of up to eight faults anywhere in ${name}, and no other`, () => {
      const pool = [
        ...faults.map(plantedFault),
        ...leavesOf(config).filter(isTyped).map(plantedLeaf),
        ...innersOf(config),
      ];
      fc.assert(
        fc.property(
          fc
            .tuple(
              fc.subarray(faults.map(plantedFault), { maxLength: 4 }),
              fc.subarray(pool, { minLength: 1, maxLength: 4 }),
            )
            .map(([semantic, any]) => [...new Map([...semantic, ...any].map((fault) => [fault.path, fault])).values()])
            .filter(areIndependent),
          (chosen) => {
            const broken = chosen.reduce<unknown>((value, { keys, value: mark }) => planted(value, keys, mark), config);
            const { paths, text } = errorsOf(broken);
            // A release without anything is wrong in many places, all of them its own.
            const named = paths.map((path) => nearest(path, chosen) ?? path);
            assert.deepEqual([...new Set(named)].sort(), chosen.map(({ expected }) => expected).sort(), text);
          },
        ),
        { numRuns: 1000 },
      );
    });
  }
});
