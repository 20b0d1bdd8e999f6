/** Rules that spare what an exception names. */
import type { ReportViolation } from "@pulumi/policy";
import type { Resource } from "../read/kinds.js";
import type { ResourceRule, Rule, StackRule } from "../rule.js";
import { annotatedExceptions } from "./annotation.js";
import { currentDate, type Exception, EXCEPTIONS, grantedBy, hasEnded, isNamed } from "./exception.js";

/**
 * A rule that neither reports nor changes a resource with an exception from it. An exception that has ended spares nothing; the
 * message says that there is one.
 *
 * @param today as YYYY-MM-DD
 */
export function withExceptions(rule: Rule, today: () => string = currentDate): Rule {
  const configSchema = {
    ...rule.configSchema,
    properties: { ...rule.configSchema?.properties, exceptions: EXCEPTIONS },
  };
  return "validateStack" in rule
    ? { ...rule, configSchema, ...stackChecks(rule, today) }
    : { ...rule, configSchema, ...resourceChecks(rule, today) };
}

function resourceChecks(rule: ResourceRule, today: () => string): Partial<ResourceRule> {
  const { name, validateResource } = rule;
  const validations = [validateResource ?? []].flat().map(
    (validate): typeof validate =>
      (args, report) =>
        validate(args, (message) => tell(report, message, exceptionFor(name, args, args.getConfig()), today())),
  );
  return {
    validateResource: validations.length === 1 ? validations[0]! : validations,
    ...remedy(rule, today),
  };
}

function remedy(
  { name, remediateResource }: Rule,
  today: () => string,
): Partial<Pick<ResourceRule, "remediateResource">> {
  if (remediateResource === undefined) return {};
  return {
    remediateResource: (args) => {
      const exception = exceptionFor(name, args, args.getConfig());
      return exception === undefined || hasEnded(exception, today()) ? remediateResource(args) : undefined;
    },
  };
}

function stackChecks(rule: StackRule, today: () => string): Partial<StackRule> {
  const { name, validateStack } = rule;
  return {
    ...remedy(rule, today),
    validateStack: (args, report) => {
      let byUrn: ReadonlyMap<string, Resource> | undefined;
      return validateStack(args, (message, urn) => {
        byUrn ??= new Map(args.resources.map((resource) => [resource.urn, resource]));
        const resource = byUrn.get(urn ?? "");
        const exception = resource && exceptionFor(name, resource, args.getConfig());
        tell((text) => report(text, urn), message, exception, today());
      });
    },
  };
}

function tell(report: ReportViolation, message: string, exception: Ended | undefined, today: string): void {
  if (exception === undefined) report(message);
  else if (hasEnded(exception, today)) report(`${message} (its exception ended on ${exception.until})`);
}

type Ended = Pick<Exception, "until">;

/** The one that holds the longest. */
function exceptionFor(rule: string, resource: Resource, settings: unknown): Ended | undefined {
  const granted = grantedBy(settings).filter((exception) => isNamed(resource, exception.resource));
  const annotated = known(() => annotatedExceptions(resource).exceptions).filter(
    (exception) => exception.rule === rule,
  );
  return [...granted, ...annotated].reduce<Ended | undefined>(
    (longest, exception) => (longest === undefined || exception.until > longest.until ? exception : longest),
    undefined,
  );
}

/** Nothing while the annotation is not known yet: the violation itself is, and must not get lost. */
function known(read: () => Exception[]): Exception[] {
  try {
    return read();
  } catch {
    return [];
  }
}
