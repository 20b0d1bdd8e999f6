/**
 * Labels and annotations of objects that this project writes or reads. Selectors, scrapes, policies, queries and tests take
 * them from here, so that none can drift from the others.
 */

/** The prefix of labels and annotations of our own. */
const OWN = "pulumi-vllm.dev";
/** What the keys of labels and annotations of our own begin with. */
export const OWN_PREFIX = `${OWN}/`;

/** Labels of workloads and of everything that belongs to them. */
export const LABELS = {
  /** Always {@link APP_NAME}. */
  name: "app.kubernetes.io/name",
  /** The model's key in the stack config. */
  instance: "app.kubernetes.io/instance",
  /** One of {@link COMPONENTS}. */
  component: "app.kubernetes.io/component",
  /** The stack. */
  partOf: "app.kubernetes.io/part-of",
  managedBy: "app.kubernetes.io/managed-by",
  release: `${OWN}/release`,
  /** The model's commit, 40 hex digits. */
  revision: `${OWN}/revision`,
  class: `${OWN}/class`,
  /** The GPU type, a key of the GPU table. */
  gpu: `${OWN}/gpu`,
  /** Of a batch's pods: `conductor` or `worker`. */
  part: `${OWN}/part`,
} as const;

export const ANNOTATIONS = {
  /** The whole runtime contract as JSON. */
  contract: `${OWN}/contract`,
  /** The first 16 hex digits of the SHA-256 of {@link ANNOTATIONS.contract}. */
  contractHash: `${OWN}/contract-hash`,
  /** Exceptions from the policy pack's rules: a list of `{ rule, reason, until }` as JSON or YAML. */
  exceptions: `${OWN}/exceptions`,
  /** Of a workload: taints of the nodes that it is for, `key=value:effect`, a comma between them; empty where they have none. */
  nodeTaints: `${OWN}/node-taints`,
  /** Of what loads weights of a cache: folders of it, a comma between them. Nobody removes a folder that is named. */
  weights: `${OWN}/weights`,
} as const;

/**
 * Id of a run of `npm run local`: a label of everything that it makes, and on simulated nodes an annotation and a taint too.
 * Only what carries the id of a run is changed or deleted by it.
 */
export const LOCAL_RUN = `${OWN}/local-run`;

/** Annotation of simulated pods: how long their model takes to load. */
export const SIMULATED_LOAD = `${OWN}/simulated-load`;

/** A text as a label's value: at most 63 letters, digits, dashes, dots and underscores, first and last no punctuation. */
export function labelValue(text: string): string {
  return text
    .replace(/[^\w.-]/g, "-")
    .slice(0, 63)
    .replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, "");
}

/** Value of {@link LABELS.name} on everything this project deploys for vLLM. */
export const APP_NAME = "vllm";
/** Value of {@link LABELS.managedBy}. */
export const MANAGED_BY = "pulumi";

/** Values of {@link LABELS.component}. */
export const COMPONENTS = {
  runtime: "runtime",
  spare: "spare",
  batch: "batch",
  cache: "cache",
  gateway: "gateway",
} as const;
