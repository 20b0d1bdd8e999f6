/** Compares two previews: of the base branch and of the pull request. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { joinPath, parse } from "../../components/config/parse.js";
import { printable } from "../../components/config/printable.js";
import { ContractError, counted, error, quote } from "../../components/config/problems.js";
import { tooDeep } from "../../components/config/size.js";
import type { CostRange } from "../../components/derive/nodes/cost.js";
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import { readPlainFile } from "../../stacks/plainFile.js";
import type { CollectedResource } from "../collect.js";
import { REPORT_VERSION, type StackReport } from "./report.js";
import { costRange, usd } from "./money.js";
import { colours as pc } from "../colours.js";

/** One property that differs. `undefined` if it is absent. */
export interface PropertyChange {
  path: string;
  before: unknown;
  after: unknown;
}

export interface ResourceChange {
  urn: string;
  type: string;
  name: string;
  properties: PropertyChange[];
}

export interface CostChange {
  before: CostRange;
  after: CostRange;
}

export interface StackDiff {
  stack: string;
  added: CollectedResource[];
  removed: CollectedResource[];
  changed: ResourceChange[];
  /** Change of the hourly cost. */
  hourlyUsd: CostChange;
  /** The same of a cluster that the stack builds, before or now. */
  clusterUsd?: CostChange;
  /** By model: own keys that differ, such as `drainSeconds`. They are no part of a contract. */
  models: Array<{ name: string; keys: PropertyChange[] }>;
  /** By `model-release`: contract hashes that differ, come or go. */
  contracts: Array<{ name: string; before?: string; after?: string }>;
}

const costSchema = z.object({ minUsd: z.number(), maxUsd: z.number() });
const NO_COST: CostRange = { minUsd: 0, maxUsd: 0 };

/** The parts of a report that are compared. */
const reportSchema = z.object({
  version: z.literal(REPORT_VERSION),
  stack: z.string(),
  hourlyUsd: costSchema,
  cluster: z.object({ hourlyUsd: costSchema }).optional(),
  // Reports of 0.1.0 have none.
  models: z.array(z.looseObject({ name: z.string() })).default([]),
  releases: z.array(z.object({ model: z.string(), release: z.string(), contractHash: z.string() })),
  resources: z.array(
    z.object({
      urn: z.string(),
      type: z.string(),
      name: z.string(),
      custom: z.boolean(),
      secret: z.boolean(),
      inputs: z.record(z.string(), z.unknown()),
    }),
  ),
});
const fileSchema = z.object({ stacks: z.array(reportSchema) });
export type EarlierReport = z.infer<typeof reportSchema>;

/** The report of a thousand models is smaller. */
const MOST_MIB = 256;

/**
 * Reads what an earlier `--json` printed.
 *
 * @throws ContractError when the file is missing or has another form
 */
export function readEarlier(file: string): EarlierReport[] {
  let content: unknown;
  try {
    content = JSON.parse(readPlainFile(file, MOST_MIB, "compare fewer stacks"));
  } catch (thrown) {
    throw new ContractError([
      error(file, `cannot be read: ${(thrown as Error).message}; give a file that --json has written`),
    ]);
  }
  const wrong = tooDeep(content);
  if (wrong !== undefined) throw new ContractError([error(file, wrong)]);
  const { value, problems } = parse(fileSchema, content, file);
  if (value === undefined) {
    throw new ContractError([error(file, "is not what --json of this version writes:"), ...problems.slice(0, 3)]);
  }
  return value.stacks;
}

/** Differences between two values, at the deepest paths that differ. */
export function propertyChanges(before: unknown, after: unknown, path = ""): PropertyChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [a, b] = [before, after].map((value) => (isContainer(value) ? value : undefined));
  if (a === undefined || b === undefined || Array.isArray(a) !== Array.isArray(b)) return [{ path, before, after }];
  // A list of texts, such as arguments, is compared as a set: after an insertion all elements would differ by index.
  if (isTextList(a) && isTextList(b)) return listChanges(a, b, path);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) =>
    propertyChanges(
      own(a, key),
      own(b, key),
      joinPath(path, [Array.isArray(a) ? Number(key) : key]).replace(/^\./, ""),
    ),
  );
}

/** What an object itself has, and not what all objects have, such as `constructor`. */
function own(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function isTextList(value: object): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isContainer(value: unknown): value is object {
  return value !== null && typeof value === "object";
}

function listChanges(before: string[], after: string[], path: string): PropertyChange[] {
  const gone = before.filter((item) => !after.includes(item)).map((item) => ({ path, before: item, after: undefined }));
  const come = after.filter((item) => !before.includes(item)).map((item) => ({ path, before: undefined, after: item }));
  return gone.length + come.length === 0 ? [{ path, before, after }] : [...gone, ...come];
}

/** Compares a stack with its earlier report; a stack that is new is compared with nothing. */
export function diffStack(earlier: EarlierReport | undefined, report: StackReport): StackDiff {
  const before = new Map(earlier?.resources.map((resource) => [resource.urn, resource]));
  const after = new Map(report.resources.map((resource) => [resource.urn, resource]));
  const hashes = (releases: EarlierReport["releases"] = []): Map<string, string> =>
    new Map(releases.map(({ model, release, contractHash }) => [`${model}-${release}`, contractHash]));
  const [hashBefore, hashAfter] = [hashes(earlier?.releases), hashes(report.releases)];
  return {
    stack: report.stack,
    added: report.resources.filter(({ urn }) => !before.has(urn)),
    removed: [...before.values()].filter(({ urn }) => !after.has(urn)),
    changed: report.resources.flatMap(({ urn, type, name, inputs }) => {
      const old = before.get(urn);
      const properties = old === undefined ? [] : propertyChanges(old.inputs, inputs);
      return properties.length === 0 ? [] : [{ urn, type, name, properties }];
    }),
    hourlyUsd: { before: earlier?.hourlyUsd ?? NO_COST, after: report.hourlyUsd },
    ...((earlier?.cluster ?? report.cluster) !== undefined && {
      clusterUsd: { before: earlier?.cluster?.hourlyUsd ?? NO_COST, after: report.cluster?.hourlyUsd ?? NO_COST },
    }),
    models: report.models.flatMap(({ name, ...keys }) => {
      const { name: _, ...old } = earlier?.models.find((model) => model.name === name) ?? { name };
      const changes = Object.keys(old).length === 0 ? [] : propertyChanges(old, keys);
      return changes.length === 0 ? [] : [{ name, keys: changes }];
    }),
    contracts: [...new Set([...hashBefore.keys(), ...hashAfter.keys()])]
      .map((name) => ({ name, before: hashBefore.get(name)!, after: hashAfter.get(name)! }))
      .filter((change) => change.before !== change.after),
  };
}

const short = (value: unknown): string => (value === undefined ? "nothing" : quote(value));

function signed(value: number): string {
  return value === 0 ? "±$0.00" : `${value > 0 ? "+" : "−"}${usd(Math.abs(value))}`;
}

function costLine(what: string, { before, after }: CostChange): string {
  const change = `${signed(after.minUsd - before.minUsd)} at the least, ${signed(after.maxUsd - before.maxUsd)} at the most`;
  return `  ${what} an hour: ${costRange(before)} → ${costRange(after)} (${change})`;
}

/**
 * Properties whose change replaces the object: names and namespaces of Kubernetes objects, selectors of Deployments, and
 * the foundations of a cluster in AWS.
 */
function isReplaced({ type, properties }: ResourceChange): boolean {
  const fixed = REPLACED_BY[type] ?? (type.startsWith("kubernetes:") ? ["metadata.name", "metadata.namespace"] : []);
  return properties.some(({ path }) =>
    fixed.some((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`)),
  );
}

const REPLACED_BY: Readonly<Record<string, string[]>> = {
  "kubernetes:apps/v1:Deployment": ["metadata.name", "metadata.namespace", "spec.selector"],
  "eks:index:Cluster": ["name", "serviceRole", "kubernetesServiceIpAddressRange"],
  "aws:eks/cluster:Cluster": ["name", "roleArn", "kubernetesNetworkConfig.serviceIpv4Cidr"],
  "aws:eks/nodeGroup:NodeGroup": [
    "amiType",
    "capacityType",
    "clusterName",
    "instanceTypes",
    "nodeRoleArn",
    "subnetIds",
  ],
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/subnet:Subnet": ["availabilityZone", "cidrBlock", "vpcId"],
  "pulumi:providers:kubernetes": ["clusterIdentifier"],
};

/**
 * Rules and dashboards, by type: what they say follows from the rest of a stack, in expressions and JSON so long that a reviewer
 * would not see what has changed. The text counts their differences; the report as JSON has them whole.
 */
const BULK: Readonly<Record<string, { path: RegExp; what: string }>> = {
  "kubernetes:monitoring.coreos.com/v1:PrometheusRule": { path: /^spec\.groups(?=$|\[)/, what: "rules" },
  "kubernetes:core/v1:ConfigMap": { path: /^data\["vllm-[^"]+\.json"\]$/, what: "dashboard" },
};

function isBulk(type: string, path: string): boolean {
  return BULK[type]?.path.test(path) === true;
}

/** `: 2 differences in its rules`; nothing where none is. */
function bulkText({ type, properties }: ResourceChange): string {
  const count = properties.filter(({ path }) => isBulk(type, path)).length;
  return count === 0 ? "" : `: ${counted(count, "difference")} in its ${BULK[type]!.what}`;
}

/** What is counted alone comes last. */
function reviewedFirst(changes: readonly ResourceChange[]): ResourceChange[] {
  const last = (change: ResourceChange): number => Number(bulkText(change) !== "");
  return changes.toSorted((a, b) => last(a) - last(b));
}

/** The difference as text. */
export function diffText(diff: StackDiff): string {
  const kind = (type: string): string => type.split(":").at(-1)!;
  // Names and values come from a pull request: they must not forge lines.
  const line = (text: string, colour: (text: string) => string = String): string => colour(printable(text));
  const lines = [
    ...diff.added.filter(({ custom }) => custom).map(({ type, name }) => line(`  + ${kind(type)} ${name}`, pc.green)),
    ...diff.removed.filter(({ custom }) => custom).map(({ type, name }) => line(`  − ${kind(type)} ${name}`, pc.red)),
    ...reviewedFirst(diff.changed).flatMap((change) => [
      isReplaced(change)
        ? line(`  ± ${kind(change.type)} ${change.name} is replaced${bulkText(change)}`, pc.red)
        : line(`  ~ ${kind(change.type)} ${change.name}${bulkText(change)}`, pc.yellow),
      ...change.properties
        .filter(({ path }) => !path.includes(ANNOTATIONS.contract) && !isBulk(change.type, path))
        .map(({ path, before, after }) => line(`      ${path}: ${short(before)} → ${short(after)}`)),
    ]),
    ...diff.models.flatMap(({ name, keys }) =>
      keys.map(({ path, before, after }) => line(`  model ${name} ${path}: ${short(before)} → ${short(after)}`)),
    ),
    ...diff.contracts.map(({ name, before, after }) =>
      line(`  contract ${name}: ${before ?? "none"} → ${after ?? "none"}`),
    ),
  ];
  const costs = [
    costLine("models", diff.hourlyUsd),
    ...(diff.clusterUsd === undefined ? [] : [costLine("cluster", diff.clusterUsd)]),
  ];
  const title = pc.bold(`Change of stack ${diff.stack}`);
  return [title, ...(lines.length === 0 ? ["  no resource differs"] : lines), ...costs].join("\n");
}
