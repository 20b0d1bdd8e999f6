/** The exceptions from rules that resources and a level file state. */
import { annotatedExceptions } from "../policies/exceptions/annotation.js";
import { currentDate, type Exception, grantedBy, hasEnded } from "../policies/exceptions/exception.js";
import { counted } from "../components/config/problems.js";
import type { PolicyConfig } from "./policyConfig.js";
import { isUnknownValue } from "../policies/read/unknown.js";

/** An exception with the resource that it spares. */
export interface StatedException extends Exception {
  resource: string;
}

/** Those of the level file, then those of annotations, in the order of the resources. */
export function statedExceptions(
  resources: readonly { name: string; props: Record<string, unknown> }[],
  levels: PolicyConfig,
): StatedException[] {
  const granted = Object.entries(levels).flatMap(([rule, entry]) =>
    grantedBy(entry).map((exception) => ({ rule, ...exception })),
  );
  const annotated = resources.flatMap((resource) =>
    known(() => annotatedExceptions(resource).exceptions).map((exception) => ({
      resource: resource.name,
      ...exception,
    })),
  );
  return [...granted, ...annotated];
}

function known(read: () => Exception[]): Exception[] {
  try {
    return read();
  } catch (thrown) {
    if (isUnknownValue(thrown)) return [];
    throw thrown;
  }
}

/** `Exceptions: 3 (next ends 2027-03-31; 1 has ended)`; nothing where there are none. @param today as YYYY-MM-DD */
export function exceptionsLine(exceptions: readonly Exception[], today = currentDate()): string | undefined {
  if (exceptions.length === 0) return undefined;
  const [next] = exceptions
    .filter((exception) => !hasEnded(exception, today))
    .map(({ until }) => until)
    .sort();
  const ended = exceptions.filter((exception) => hasEnded(exception, today)).length;
  const notes = [
    ...(next === undefined ? [] : [`next ends ${next}`]),
    ...(ended === 0 ? [] : [`${counted(ended, "has", "have")} ended`]),
  ];
  return `Exceptions: ${exceptions.length} (${notes.join("; ")})`;
}
