/** The shape of a rule, and the two ways to write one. */
import type {
  EnforcementLevel,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";

import type { Resource } from "./read/kinds.js";
import type { Fields } from "./read/values.js";
import type { Scaler } from "./scaling/scaler.js";
import { scalersOf } from "./scaling/scalers.js";
import { Targets } from "./scaling/targets.js";
import { type Workload, workloadsOf } from "./pods/workloads.js";
import { objectsOf } from "./objects/objects.js";
import { pathText } from "./objects/path.js";
import { all, each } from "./read/unknown.js";

/** What a rule says about itself; docs/policies.md is generated from it. */
export interface About {
  /** Kebab-case; also its key in a level file. */
  name: string;
  /** What has to hold, one line. The engine prints it above each message. */
  description: string;
  /** What goes wrong if it is broken. */
  why: string;
  /** What to change. */
  remediationSteps: string;
  /** The other forms of the same thing that it judges alike, and what it takes for good, in plain sentences of Markdown. */
  equalForms: string;
  severity: Severity;
  /** Level without a level file. */
  enforcementLevel: Exclude<EnforcementLevel, "remediate">;
  /** Settings, each with its default. */
  configSchema?: PolicyConfigSchema;
}

export type ResourceRule = ResourceValidationPolicy & About;
/** With a remedy, the engine wants a resource's validation of it, too: one that finds nothing. */
export type StackRule = StackValidationPolicy & About & Partial<ResourceValidationPolicy>;
export type Rule = ResourceRule | StackRule;

type Check<T> = (subject: T, report: (message: string) => void, settings: Fields) => void;

/**
 * A rule that sees one pod at a time, also parts of pods that others complete.
 *
 * @param checkRest of a resource, what is in no pod that can be read
 */
export function workloadRule(about: About, check: Check<Workload>, checkRest?: Check<Resource>): ResourceRule {
  return {
    ...about,
    validateResource: (args, report) => {
      const workloads = workloadsOf(args);
      if (workloads.length === 0 && checkRest === undefined) return;
      const once = onlyOnce<[string]>((message) => report(message));
      const settings = args.getConfig<Fields>();
      all(
        () =>
          each(workloads, (workload) => check(workload, (message) => once(`${workload.where}${message}`), settings)),
        () => checkRest?.(args, once, settings),
      );
    },
  };
}

/** A rule that asks pods for what they should have: it sees one pod at a time, and none of which others state the rest. */
export function wholePodRule(about: About, check: Check<Workload>): ResourceRule {
  return workloadRule(about, (workload, report, settings) => {
    if (workload.isWhole) check(workload, report, settings);
  });
}

/** A rule that sees one resource of any kind at a time, and the Kubernetes objects that it holds. */
export function resourceRule(about: About, check: Check<Resource>): ResourceRule {
  return {
    ...about,
    validateResource: (args, report) => {
      const settings = args.getConfig<Fields>();
      const [, ...held] = objectsOf(args);
      // Most resources hold none, and there are as many turns as rules times resources.
      if (held.length === 0) return check(args, report, settings);
      const where = new Map<Resource, string>([[args, ""]]);
      for (const object of held) where.set(object, `${pathText(object.path)}: `);
      each(where, ([resource, place]) => check(resource, (message) => report(`${place}${message}`), settings));
    },
  };
}

/** A rule that sees one resource with all that it holds. */
export function wholeResourceRule(about: About, check: Check<Resource>): ResourceRule {
  return {
    ...about,
    validateResource: (args, report) => {
      const once = onlyOnce<[string]>((message) => report(message));
      check(args, once, args.getConfig<Fields>());
    },
  };
}

/** What rules over several resources read. */
export interface Stack {
  /** Resources as the program states them. */
  declared: readonly Resource[];
  /** Resources, and the Kubernetes objects that they hold. */
  resources: readonly Resource[];
  workloads: readonly Workload[];
  scalers: readonly Scaler[];
  targets: Targets;
}

/** Cache: the rules over the stack see the same resources, unless the engine makes new ones for each. */
const STACKS = new WeakMap<readonly Resource[], Stack>();

function stackOf(declared: readonly Resource[]): Stack {
  const known = STACKS.get(declared);
  if (known !== undefined) return known;
  const resources = declared.flatMap((resource) => [resource, ...objectsOf(resource).slice(1)]);
  const workloads = declared.flatMap(workloadsOf);
  const scalers = scalersOf(resources);
  const stack = { declared, resources, workloads, scalers, targets: new Targets(workloads, scalers) };
  STACKS.set(declared, stack);
  return stack;
}

/** A rule that needs to see resources together. */
export function stackRule(
  about: About,
  check: (stack: Stack, report: (urn: string, message: string) => void, settings: Fields) => void,
): StackRule {
  return {
    ...about,
    validateStack: (args, report) => {
      const once = onlyOnce<[string, string | undefined]>((message, urn) => report(message, urn));
      check(stackOf(args.resources), (urn, message) => once(message, urn), args.getConfig<Fields>());
    },
  };
}

/** One container may run several engines, and one object make several pods: a rule would say the same of each. */
function onlyOnce<Said extends ReadonlyArray<string | undefined>>(
  report: (...said: Said) => void,
): (...said: Said) => void {
  const known = new Set<string>();
  return (...said) => {
    const key = JSON.stringify(said);
    if (!known.has(key)) report(...said);
    known.add(key);
  };
}
