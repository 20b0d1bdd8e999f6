/**
 * What alerts know of a release's past: since when its replicas are wanted, and whether one of them has been ready since.
 *
 * A release that is being made, or that comes back from zero, has no ready replica either, and is none the worse for it. Both series
 * are made of their own last values, and end with the wish for replicas. A gap of five minutes in the rules' evaluation begins them
 * anew.
 */
import { list, ofStack, type RuleGroup, type Scope } from "../promql.js";
import { RELEASE_LEVEL } from "../../vocabulary/metrics/labels.js";
import { PAST, RELEASE } from "../../vocabulary/metrics/recorded.js";

export function pastGroup(scope: Scope): RuleGroup {
  const on = `on (${list(RELEASE_LEVEL)})`;
  const wanted = `${ofStack(RELEASE.replicasWanted, scope)} > 0`;
  const ready = `${ofStack(RELEASE.replicasReady, scope)} > 0`;
  const known = (name: string): string => ofStack(name, scope);
  return {
    name: "vllm-past",
    rules: [
      {
        record: PAST.wantedSince,
        expr: `(${known(PAST.wantedSince)} and ${on} (${wanted}))\nor ${on} (0 * (${wanted}) + time())`,
      },
      {
        record: PAST.served,
        expr: `0 * ((${wanted}) and ${on} ((${ready}) or ${on} ${known(PAST.served)})) + 1`,
      },
    ],
  };
}
