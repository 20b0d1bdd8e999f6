/** Whatever stands in somebody else's cluster, and whatever fails there: all of it stays as it is, byte for byte. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { ApiError, type KubernetesObject } from "../../tools/local/client.js";
import { down, up } from "../../tools/local/command.js";
import { BadInput } from "../../tools/failure.js";
import { foldersOf } from "../../tools/local/folders.js";
import { stopAll } from "../../tools/local/processes.js";
import { checkout, endCheckouts } from "./commandLine.js";
import {
  assertUntouched,
  type Foreign,
  newIn,
  pictureOf,
  putTheirs,
  removeTheirs,
  settledPicture,
  startForeign,
  THEIRS,
} from "./foreign.js";

const LABELS: Record<string, string>[] = [
  {},
  { "app.kubernetes.io/part-of": "staging", "app.kubernetes.io/managed-by": "pulumi" },
  { "app.kubernetes.io/part-of": "staging", "app.kubernetes.io/managed-by": "Helm" },
  { "app.kubernetes.io/part-of": "prod", "app.kubernetes.io/managed-by": "pulumi" },
  { [LOCAL_RUN]: "fedcba9876543210" },
];
const labels = fc.constantFrom(...LABELS);
/** The stack's own namespace, one of others, and the one that everybody has. */
const namespace = fc.constantFrom("vllm", "elsewhere", "default");
/** Names that the stack takes as well, and others. */
const name = fc.constantFrom("chat-r1", "chat", "embed", "theirs");

const namespaced = fc
  .tuple(fc.constantFrom("config", "secret", "service", "deployment"), namespace, name, labels)
  .map(([make, where, called, marked]) => [THEIRS.namespace(where), THEIRS[make](where, called, marked)]);
const wide = fc.oneof(
  fc.tuple(namespace, labels).map(([where, marked]) => [THEIRS.namespace(where, marked)]),
  fc.constantFrom("vllm-batch", "theirs").map((called) => [THEIRS.priorityClass(called)]),
  fc
    .tuple(
      fc.constantFrom("inference-l4-1", "theirs"),
      fc.constantFrom<Record<string, string>[]>({}, { "kwok.x-k8s.io/node": "fake" }),
      fc.nat(1),
    )
    .map(([called, annotations, gpus]) => [THEIRS.node(called, annotations, gpus)]),
  fc.constant([
    THEIRS.namespace("elsewhere"),
    THEIRS.definition("example.com", "widgets", "Widget"),
    { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "one", namespace: "elsewhere" } },
  ]),
  // A kind that the stack uses, in a version of others: its CRD is left, and the stack's objects are of it.
  fc.constant([
    THEIRS.namespace("elsewhere"),
    THEIRS.definition("monitoring.coreos.com", "podmonitors", "PodMonitor"),
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "theirs", namespace: "elsewhere" },
    },
  ]),
);
/** What the API server refuses to make, so that `up` fails half-way. */
const refused = fc.constantFrom<[string, string] | undefined>(
  undefined,
  ["", "namespaces"],
  ["", "nodes"],
  ["", "secrets"],
  ["apps", "deployments"],
  ["scheduling.k8s.io", "priorityclasses"],
  ["apiextensions.k8s.io", "customresourcedefinitions"],
  ["keda.sh", "scaledobjects"],
);
/** What others make of the run's own things while it is up. */
const LATER: KubernetesObject[] = [
  THEIRS.config("vllm", "later"),
  THEIRS.deployment("vllm", "later"),
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: "later", namespace: "default" },
    spec: { selector: {}, podMetricsEndpoints: [{ port: "http" }] },
  },
];
const later = fc.subarray(LATER);

/** One of each way that an `up` may go. */
const EXAMPLES = [
  { theirs: [], refused: undefined, later: LATER },
  { theirs: [], refused: ["", "secrets"] as [string, string], later: [] },
  { theirs: [[THEIRS.namespace("vllm", LABELS[3])]], refused: undefined, later: [] },
];

/** Each object once, where it stands first: names meet, and a namespace comes before what is in it. */
function distinct(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const key = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.namespace} ${metadata.name}`;
  const keys = objects.map(key);
  return objects.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** On a busy machine there are fewer examples, and never fewer than those above. */
const TIME_MS = 600_000;

describe("whatever is in somebody else's cluster", function () {
  this.timeout(900_000);
  let foreign: Foreign;

  before(async () => {
    foreign = await startForeign("property");
  });
  afterEach(endCheckouts);
  after(() => foreign.end());

  it("stays as it is, byte for byte, after any up, failed up and down", async () => {
    const seen = { refused: 0, failed: 0, up: 0 };
    const scenario = fc.record({
      theirs: fc.array(fc.oneof({ arbitrary: wide, weight: 1 }, { arbitrary: namespaced, weight: 1 }), {
        maxLength: 4,
      }),
      refused,
      later,
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ theirs, refused, later }) => {
        const objects = distinct([...theirs.flat(), ...(refused === undefined ? [] : THEIRS.refusal(...refused))]);
        const own = objects.filter(({ kind, metadata }) => !(kind === "Namespace" && metadata.name === "default"));
        const made = [...own];
        const folder = checkout();
        try {
          for (const object of own) await putTheirs(foreign, object);
          const before = await settledPicture(foreign);
          const options = {
            kubeconfig: foreign.kubeconfig,
            context: "local",
            yes: true,
            load: ["0s"],
            wait: false,
            timeout: 30,
          };
          const outcome = await up(folder, "staging", options, () => undefined).then(
            () => "up" as const,
            (thrown: unknown) => {
              if (thrown instanceof BadInput) return "refused" as const;
              if (thrown instanceof ApiError) return "failed" as const;
              throw thrown;
            },
          );
          seen[outcome] += 1;
          const then = await pictureOf(foreign);
          assertUntouched(before, then, `after up, ${outcome}`);
          if (outcome === "refused") assert.deepEqual(newIn(before, then), []);

          const added = outcome === "up" ? later : [];
          for (const object of added) await putTheirs(foreign, object);
          made.push(...added);
          const between = await settledPicture(foreign);
          await down(folder, { yes: true }, () => undefined);
          const now = await settledPicture(foreign);
          assertUntouched(before, now, `after down, ${outcome}`);
          const kept = added.map(({ apiVersion, kind, metadata }) =>
            [apiVersion, kind, metadata.namespace ?? "", metadata.name].join(" "),
          );
          assertUntouched(new Map(kept.map((key) => [key, between.get(key)!])), now, "what came later");
          if (added.length === 0) assert.deepEqual(newIn(before, now), [], `left of the run, ${outcome}`);
        } finally {
          await stopAll(foldersOf(folder));
          // What stays for the sake of what came later has been seen to.
          const rest = [...(await pictureOf(foreign)).values()]
            .map((text) => JSON.parse(text) as KubernetesObject)
            .filter(
              ({ metadata }) => metadata.labels?.[LOCAL_RUN] !== undefined && metadata.ownerReferences === undefined,
            )
            .filter(({ kind }) => ["Namespace", "CustomResourceDefinition", "Node", "PriorityClass"].includes(kind));
          await removeTheirs(foreign, distinct([...made, ...rest]));
        }
      }),
      {
        numRuns: 8,
        interruptAfterTimeLimit: TIME_MS,
        endOnFailure: true,
        // Otherwise a log has the counterexample and not what was wrong with it.
        includeErrorInReport: true,
        examples: EXAMPLES.map((example): [typeof example] => [example]),
      },
    );
    assert.ok(seen.refused > 0 && seen.up + seen.failed > 0, `each way is gone: ${JSON.stringify(seen)}`);
  });
});
