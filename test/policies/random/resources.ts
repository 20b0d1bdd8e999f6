/** Random resources: of every kind of the Kubernetes API, of AWS' kinds that rules read, and of kinds that nobody has declared. */
import fc, { type GeneratorValue } from "fast-check";
import type { PolicyInput } from "../../../tools/policyRunner.js";
import { PROBES } from "../probes/probes.js";
import { interfacesOf, type Shape, shapeOf } from "./pulumiTypes.js";

interface Declared {
  type: string;
  shape: Shape;
}

const KUBERNETES = interfacesOf("@pulumi/kubernetes/types/input.d.ts");
const AWS = interfacesOf("@pulumi/aws/types/input.d.ts");

/** Every kind of the Kubernetes API, lists and patches, too: the interfaces that declare their own kind. */
const OBJECTS: readonly Declared[] = [...KUBERNETES].flatMap(([name, declared]) => {
  const shape = shapeOf(declared, KUBERNETES);
  const { apiVersion, kind } = constantsOf(shape);
  if (apiVersion === undefined || kind === undefined) return [];
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return [{ type: `kubernetes:${group}:${name.slice(name.lastIndexOf(".") + 1)}`, shape }];
});

/** Modules of @pulumi/aws and @pulumi/eks, and the kinds in them. */
const AWS_KINDS: Readonly<Record<string, readonly string[]>> = {
  "aws:ebs": ["volume"],
  "aws:ec2": ["instance", "launchConfiguration", "launchTemplate", "securityGroup", "securityGroupRule"],
  "aws:efs": ["fileSystem"],
  "aws:eks": ["cluster", "nodeGroup", "accessEntry", "addon"],
  "aws:iam": ["accessKey", "groupPolicy", "policy", "policyAttachment", "role", "rolePolicy", "userPolicy"],
  "eks:index": ["cluster", "managedNodeGroup", "nodeGroup", "nodeGroupV2"],
};

const OF_AWS: readonly Declared[] = Object.entries(AWS_KINDS).flatMap(([module, kinds]) =>
  kinds.map((kind) => {
    const [provider = "", name = ""] = module.split(":");
    const Kind = kind.charAt(0).toUpperCase() + kind.slice(1);
    const file = provider === "eks" ? `@pulumi/eks/${kind}.d.ts` : `@pulumi/aws/${name}/${kind}.d.ts`;
    const all = interfacesOf(file);
    const declared = all.get(`${Kind}Args`) ?? all.get(`${Kind}Options`);
    if (declared === undefined) throw new Error(`${file} declares no arguments`);
    return {
      type: provider === "eks" ? `eks:index:${Kind}` : `${module}/${kind}:${Kind}`,
      shape: shapeOf(declared, AWS),
    };
  }),
);

/** Kinds of other projects, whose properties hold anything, and pods among it. */
const CUSTOM: readonly string[] = [
  "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet",
  "kubernetes:ray.io/v1:RayService",
  "kubernetes:serving.kserve.io/v1beta1:InferenceService",
  "kubernetes:serving.knative.dev/v1:Service",
  "kubernetes:keda.sh/v1alpha1:ScaledObject",
  "kubernetes:karpenter.sh/v1:NodePool",
  "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
  "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
  "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:helm.sh/v4:Chart",
  "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
  "kubernetes:argoproj.io/v1alpha1:Rollout",
  "aws-native:eks:Cluster",
  "aws-native:iam:Role",
  "nobody:knows/this:Kind",
];
const CUSTOM_KEYS = [
  "spec",
  "template",
  "values",
  "podSpec",
  "triggers",
  "metadata",
  "rules",
  "items",
  "policy",
  "args",
];

/** Texts that rules read for something, and texts that they may stumble over. */
const TEXTS: readonly string[] = [
  ...[
    "vllm/vllm-openai:v0.30.0",
    "vllm/vllm-openai:latest",
    "vllm/vllm-openai@sha256:12",
    "registry:5000/vllm",
    ":",
    "@",
  ],
  ...[
    "vllm",
    "serve",
    "run-batch",
    "sh",
    "-c",
    "-lc",
    "--",
    "exec vllm serve $MODEL --config=x",
    "python3",
    "-m",
    "$(MODEL)",
  ],
  ...[
    "vllm.entrypoints.openai.api_server",
    "Qwen/Qwen3-8B",
    "--model",
    "--revision=main",
    "--trust-remote-code",
    "--max-model-len",
  ],
  ...[
    "--gpu-memory-util=0.99",
    "--tensor-parallel-size",
    "2",
    "--",
    "-",
    "--=",
    "'",
    '"$(',
    "${A:-${B",
    "`x",
    "#!/bin/sh\nvllm serve $@",
  ],
  ...[
    "nvidia.com/gpu",
    "NVIDIA_VISIBLE_DEVICES",
    "HF_TOKEN",
    "hf_abcdefghijklmnopqrstuvwxyz0123456789",
    "VLLM_PORT",
    "LD_PRELOAD",
  ],
  ...[
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/40",
    "nonsense/8",
    "25%",
    "100%",
    "-5%",
    "%",
    "1e3",
    "24Gi",
    "0x10",
    "NaN",
    "Infinity",
    "1m",
    "1.5h",
  ],
  ...[
    "spot",
    "SPOT",
    "on-demand",
    "true",
    "false",
    "Exists",
    "Always",
    "RuntimeDefault",
    "Unconfined",
    "ReadWriteMany",
    "/dev/shm",
  ],
  ...[
    '{"Statement":{"Action":"*","Resource":"*"}}',
    '{"Statement":[null,{"Effect":1}]}',
    "[",
    "{}",
    "null",
    "2026-01-01",
    "2999-13-40",
  ],
  ...[
    "vllm:num_requests_waiting",
    "sum(rate(vllm:request_success_total[1m])) or vector(0)",
    "1.30",
    "g6e.2xlarge",
    "p5.48xlarge",
  ],
  ...["", " ", "\0", "\n", "é", "__proto__", "constructor", "toString", "a".repeat(300)],
];
/** Names for the keys of maps, where a key decides what an entry means. */
const KEYS: readonly string[] = [
  ...["app.kubernetes.io/name", "app.kubernetes.io/component", "pulumi-vllm.dev/class", "pulumi-vllm.dev/contract"],
  ...[
    "pulumi-vllm.dev/exceptions",
    "nvidia.com/gpu",
    "cpu",
    "memory",
    "karpenter.sh/capacity-type",
    "query",
    "__proto__",
    "run.sh",
    "x",
  ],
];
/** Optional fields that are there more often than not: the way to pods, and what makes one a runtime. */
const LIKELY =
  /^(spec|template|jobTemplate|metadata|labels|containers|image|args|command|resources|limits|items|data|values)$/;

/** The engine's marks for values that a preview does not know: a text and a list. */
const UNKNOWN = ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"];

/** Deeper objects are empty. */
const DEEPEST = 14;

/** A resource of a declared kind, or one that people have written, with some values replaced. */
export function randomResource(g: GeneratorValue, index: number): PolicyInput {
  const { type, props } = g(fc.boolean) ? madeUp(g) : mutated(g, one(g, WRITTEN));
  const name = `resource-${index}`;
  return { type, name, urn: `urn:pulumi:test::test::${type}::${name}`, props };
}

type Unnamed = Pick<PolicyInput, "type" | "props">;

function madeUp(g: GeneratorValue): Unnamed {
  const { type, shape } = declaredFor(g);
  return { type, props: value(g, shape, 0) as Record<string, unknown> };
}

const WRITTEN: readonly Unnamed[] = PROBES.flatMap(({ resources }) => resources);

function mutated(g: GeneratorValue, { type, props }: Unnamed): Unnamed {
  const copy = structuredClone(props);
  const count = g(fc.nat, { max: 4 });
  for (let i = 0; i < count; i++) mutate(g, copy);
  return { type, props: copy };
}

/** Replaces, or takes away, one value anywhere. */
function mutate(g: GeneratorValue, inside: Record<string, unknown>): void {
  const keys = Object.keys(inside);
  if (keys.length === 0) return;
  const key = one(g, keys);
  const old = inside[key];
  if (typeof old === "object" && old !== null && g(fc.nat, { max: 9 }) > 0)
    return mutate(g, old as Record<string, unknown>);
  const shape: Shape = Array.isArray(old)
    ? { is: "list", of: { is: "any" } }
    : { is: typeof old === "number" ? "number" : "text" };
  const how = one(g, ["same shape", "unknown", "any", "none"] as const);
  if (how === "none" && Array.isArray(inside)) inside.splice(Number(key), 1);
  else if (how === "none") delete inside[key];
  else
    inside[key] =
      how === "same shape" ? value(g, shape, 3) : how === "any" ? g(fc.jsonValue, { maxDepth: 2 }) : one(g, UNKNOWN);
}

function declaredFor(g: GeneratorValue): Declared {
  const from = one(g, ["object", "object", "pod", "aws", "custom"] as const);
  if (from === "object") return one(g, OBJECTS);
  if (from === "aws") return one(g, OF_AWS);
  if (from === "custom") return { type: one(g, CUSTOM), shape: ANYTHING };
  const pods = OBJECTS.filter(({ type }) =>
    /:(Pod|Deployment|StatefulSet|DaemonSet|Job|CronJob)(Patch|List)?$/.test(type),
  );
  return one(g, pods);
}

function one<T>(g: GeneratorValue, items: readonly T[]): T {
  return items[g(fc.nat, { max: items.length - 1 })]!;
}

const POD_SPEC = shapeOf(KUBERNETES.get("core.v1.PodSpec")!, KUBERNETES);
const TEMPLATE = shapeOf(KUBERNETES.get("core.v1.PodTemplateSpec")!, KUBERNETES);
const ANYTHING: Shape = { is: "map", of: { is: "any" } };

function value(g: GeneratorValue, shape: Shape, depth: number): unknown {
  const chance = g(fc.nat, { max: 999 });
  // Never the whole resource: its properties are an object.
  if (depth > 0 && chance < 8) return one(g, UNKNOWN);
  if (depth > 0 && chance < 16) return g(fc.jsonValue, { maxDepth: 2 });
  switch (shape.is) {
    case "text":
      return one(g, TEXTS);
    case "number":
      return one(g, [0, 1, 2, 3, 8, 30, 600, 8000, -1, 0.5, 1e21]);
    case "boolean":
      return g(fc.boolean);
    case "constant":
      return shape.value;
    case "union":
      return value(g, one(g, shape.of), depth);
    case "list":
      return Array.from({ length: g(fc.nat, { max: 3 }) }, () => value(g, shape.of, depth + 1));
    case "map":
      return Object.fromEntries(
        Array.from({ length: g(fc.nat, { max: 4 }) }, () => [
          one(g, shape === ANYTHING ? CUSTOM_KEYS : KEYS),
          value(g, shape.of, depth + 1),
        ]),
      );
    case "any":
      return depth > DEEPEST ? {} : value(g, one(g, anyOf), depth + 1);
    case "object":
      return object(g, shape, depth);
  }
}

const anyOf: readonly Shape[] = [
  ...[POD_SPEC, TEMPLATE, ANYTHING, ANYTHING, { is: "list", of: ANYTHING } as const],
  ...[{ is: "text" } as const, { is: "number" } as const],
];

function object(g: GeneratorValue, shape: Shape & { is: "object" }, depth: number): unknown {
  if (depth > DEEPEST) return {};
  const rare = depth < 3 ? 25 : 12;
  const stated = shape.fields().filter(({ name, isOptional }) => {
    const percent = LIKELY.test(name) ? 85 : isOptional ? rare : 95;
    return g(fc.nat, { max: 99 }) < percent;
  });
  return Object.fromEntries(stated.map((field) => [field.name, value(g, field.shape, depth + 1)]));
}

function constantsOf(shape: Shape): { apiVersion?: string; kind?: string } {
  if (shape.is !== "object") return {};
  const constants = shape
    .fields()
    .flatMap(({ name, shape: inner }) => (inner.is === "constant" ? [[name, inner.value]] : []));
  return Object.fromEntries(constants) as { apiVersion?: string; kind?: string };
}
