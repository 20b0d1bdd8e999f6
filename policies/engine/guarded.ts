/** Settings that open, redirect or extend an engine, found in the flags, variables and scripts of any program's containers. */
import { GUARDED_ANNOTATIONS } from "../../components/facts/guarded/annotations.js";
import { GUARDED_FLAGS } from "../../components/facts/guarded/flags.js";
import { GUARDED_KEYS } from "../../components/facts/guarded/keys.js";
import type { Danger, GuardedSetting } from "../../components/facts/guarded/setting.js";
import { GUARDED_VARIABLES, namesMatcher } from "../../components/facts/guarded/variables.js";
import { LOGGING_VARIABLE } from "../../components/vocabulary/logging.js";
import type { PolicyConfigSchema } from "@pulumi/policy";
import { assignmentsOf } from "../commands/commands.js";
import { isOwnFolder } from "./cacheFolders.js";
import { isOwnLogging } from "./ownLogging.js";
import { jsonOf, lastFlag, type SpelledFlag, spelledFlagsOf } from "./flags.js";
import { all, each } from "../read/unknown.js";
import { fields, type Fields, strings, text } from "../read/values.js";
import { enginesOf } from "./runtimes.js";
import type { Container } from "../pods/containers.js";
import type { Workload } from "../pods/workloads.js";

const VARIABLES = GUARDED_VARIABLES.map((row) => ({ ...row, matcher: namesMatcher(row.names) }));
type MatchedVariables = (typeof VARIABLES)[number];

const ANNOTATIONS = GUARDED_ANNOTATIONS.map((row) => ({ ...row, matcher: namesMatcher(row.keys) }));

/** The setting of every rule of this kind. */
export const ALLOWED_SETTINGS: PolicyConfigSchema = {
  properties: {
    allow: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of flags (without dashes), variables and annotations that this environment may set.",
    },
  },
};

/** One message for each setting of the given kind that the rule's settings do not allow. */
export function reportGuarded(
  workload: Workload,
  danger: Danger,
  report: (message: string) => void,
  settings: Fields,
): void {
  const allowed = new Set(strings(settings["allow"]).map((name) => name.replace(/^-+/, "").toLowerCase()));
  const isAllowed = (name: string): boolean => allowed.has(name.toLowerCase());
  const engines = new Set<string>();
  all(
    () =>
      each(enginesOf(workload), ({ container, args }) => {
        engines.add(container.where);
        const flags = spelledFlagsOf(args);
        for (const { name, subject, row } of guardedFlags(flags)) {
          if (row.danger === danger && !isAllowed(name) && !isRay(name, flags))
            report(`${container.where}: ${subject} ${row.why}: ${row.instead}`);
        }
      }),
    () => {
      for (const [key, row] of engines.size === 0 ? [] : guardedAnnotations(workload, danger)) {
        if (!isAllowed(key)) report(`annotation ${key} ${row.why}: ${row.instead}`);
      }
    },
    () =>
      each(workload.containers, (container) => {
        const isEngine = engines.has(container.where);
        const rows = VARIABLES.filter((row) => row.danger === danger && (isEngine || row.distinct === true));
        judgeVariables(container, workload, rows, (name, row) => {
          if (!isAllowed(name)) report(`${container.where}: environment variable ${name} ${row.why}: ${row.instead}`);
        });
      }),
  );
}

/**
 * True for the backend `ray`, which imports nothing that the image has not: vLLM joins the cluster that runs in its pod, else starts
 * one there. That of others is RAY_ADDRESS', which has a row of its own.
 * Source: vllm/v1/executor/ray_utils.py initialize_ray_cluster, which ray_executor_v2.py calls without an address.
 */
function isRay(name: string, flags: readonly SpelledFlag[]): boolean {
  return name === "distributed-executor-backend" && lastFlag(flags, name)?.values[0] === "ray";
}

interface FoundFlag {
  name: string;
  /** The flag, or the key of its JSON. */
  subject: string;
  row: GuardedSetting;
}

function guardedFlags(flags: readonly SpelledFlag[]): FoundFlag[] {
  const names = [...new Set(flags.filter(({ negated }) => !negated).map(({ name }) => name))];
  return names.flatMap((name): FoundFlag[] => {
    const given = flags.filter((flag) => flag.name === name);
    const row = GUARDED_FLAGS.find((candidate) => candidate.flags.includes(name));
    if (row !== undefined) {
      const words = given.flatMap(({ values }) => values);
      const isSet = words.length === 0 ? given.length > 0 : words.some((word) => !isHarmless(word, row));
      return isSet ? [{ name, subject: `--${name}`, row }] : [];
    }
    const rows = GUARDED_KEYS.filter(({ flag }) => flag === name);
    // An object that dotted forms replace is judged too: which one wins depends on the parser.
    const objects = rows.length === 0 ? [] : [jsonOf(flags, name), ...given.map(({ values }) => parsed(values[0]))];
    const found = rows.filter(({ keys, harmless }) =>
      objects.flatMap(entriesOf).some(([key, value]) => keys.includes(key) && !isHarmless(value, { harmless })),
    );
    return found.map((key) => ({ name, subject: `--${name}.${key.keys.join("/")}`, row: key }));
  });
}

/** Calls back with what the environment or a command sets to something dangerous. */
function judgeVariables(
  container: Container,
  workload: Workload,
  rows: readonly MatchedVariables[],
  judge: (name: string, row: GuardedSetting) => void,
): void {
  const rowOf = (name: string) => rows.find(({ matcher }) => matcher.test(name));
  const isDangerous = (value: string, row: MatchedVariables): boolean =>
    isSetTo(value, row) &&
    !(row.folder === true && isOwnFolder(value, container, workload)) &&
    !(row.names.includes(LOGGING_VARIABLE) && isOwnLogging(value, container, workload));
  all(
    () =>
      each(container.environmentNames, (name) => {
        const row = rowOf(name);
        if (row === undefined) return;
        const value = container.environmentValue(name);
        if (value === undefined ? row.needed !== true : isDangerous(value, row)) judge(name, row);
      }),
    () =>
      each(assignmentsOf(container), ({ name, value }) => {
        const row = rowOf(name);
        if (row !== undefined && isDangerous(value, row)) judge(name, row);
      }),
  );
}

/** Of the pods alone: webhooks read no other. */
function guardedAnnotations(workload: Workload, danger: Danger): Array<[string, GuardedSetting]> {
  const rows = ANNOTATIONS.filter((row) => row.danger === danger);
  return Object.keys(workload.podAnnotations).flatMap((key): Array<[string, GuardedSetting]> => {
    const row = rows.find(({ matcher }) => matcher.test(key));
    if (row === undefined || row.harmless?.test(text(workload.podAnnotations[key]) ?? "") === true) return [];
    return [[key, row]];
  });
}

function isSetTo(value: string, row: GuardedSetting): boolean {
  return value === "" ? row.emptyCounts === true : row.harmless?.test(value) !== true;
}

/** Values that set nothing: of a switch, of JSON, of a list. */
const NOTHING = /^\s*(false|null|none|\{\s*\}|\[\s*\]|)\s*$/i;

function isHarmless(value: unknown, { harmless }: Pick<GuardedSetting, "harmless">): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "object") {
    const items = Object.values(value);
    return items.length === 0 || (Array.isArray(value) && items.every((item) => isHarmless(item, { harmless })));
  }
  const written = typeof value === "string" ? value : JSON.stringify(value);
  return NOTHING.test(written) || harmless?.test(written) === true;
}

/** Keys and values at every depth; keys as vLLM's classes spell them. */
function entriesOf(value: unknown): Array<[string, unknown]> {
  const items: unknown[] = Array.isArray(value) ? value : [];
  const own = Object.entries(fields(value)).map(([key, inner]): [string, unknown] => [key.replaceAll("-", "_"), inner]);
  return [...own, ...own.flatMap(([, inner]) => entriesOf(inner)), ...items.flatMap(entriesOf)];
}

function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  } catch {
    return undefined;
  }
}
