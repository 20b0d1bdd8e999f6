/** A check of what runs, and how checks are carried out: each to its end or to its time, whatever the cluster answers. */
import pLimit from "p-limit";
import { inTime } from "../cluster/http.js";
import { Failure } from "../failure.js";
import { ApiError } from "../local/client.js";

/** What is checked, in the order of the table, with what it looks at. */
export const CHECKS = {
  objects: "every object that the stack wants",
  contract: "annotations of the Deployment against the config",
  leftovers: "Deployments of releases that the config does not name",
  rollout: "replicas of the newest template, pods of older ones",
  image: "digest of the image that runs",
  restarts: "restarts of vLLM, and how it last ended",
  gpu: "GPUs of the pods, and the nodes under them",
  route: "selector and endpoints of the model's Service",
  model: "/v1/models of each Ready pod",
  answer: "one request, and the time to its first token",
  metrics: "/metrics of each Ready pod",
  targets: "up in Prometheus, with the contract's labels",
  queries: "each query of the ScaledObject",
  rules: "rules in Prometheus, and their health",
  scaler: "conditions of the ScaledObject, and its HPA",
  dashboards: "ConfigMaps with dashboards",
  cache: "Jobs and DaemonSets that fill the cache",
  gateway: "the gateway's objects: taken by Envoy Gateway, weights as the config says",
  proxies: "the gateway's proxies, and the service that counts quotas",
  certificate: "the certificate of the gateway's host",
  usage: "series of the gateway in Prometheus",
  network: "a connection from a pod outside",
  history: "contracts of the ReplicaSets that are kept",
} as const satisfies Record<string, string>;
export type CheckName = keyof typeof CHECKS;

export type Status = "pass" | "fail" | "skip";

/** What a check has found. */
export interface Verdict {
  status: Status;
  found: string;
}

export const pass = (found: string): Verdict => ({ status: "pass", found });
export const fail = (found: string): Verdict => ({ status: "fail", found });
export const skip = (found: string): Verdict => ({ status: "skip", found });

/** Fails with all problems, else passes. */
export function judged(problems: readonly string[], fine: string): Verdict {
  return problems.length === 0 ? pass(fine) : fail(problems.join("; "));
}

/** There is no ground for a check: something else has to be right first, or was not asked for. */
export class Skip extends Error {
  override readonly name = "Skip";
}

export interface Check {
  name: CheckName;
  /** A release (`chat-r1`), a model, or the stack. */
  subject: string;
  /** Command that shows more. */
  next: string;
  run: () => Promise<Verdict>;
}

/** A check that was carried out. */
export interface Result extends Verdict {
  name: CheckName;
  subject: string;
  next: string;
  seconds: number;
}

const AT_ONCE = 8;

/** Carries out checks. @param seconds that each may take */
export function runChecks(checks: readonly Check[], seconds: (check: Check) => number): Promise<Result[]> {
  const limit = pLimit(AT_ONCE);
  return Promise.all(checks.map((check) => limit(() => carriedOut(check, seconds(check)))));
}

async function carriedOut({ run, ...check }: Check, seconds: number): Promise<Result> {
  const begun = performance.now();
  const late = `no answer in ${seconds} s (--timeout)`;
  const verdict = await inTime(run(), AbortSignal.timeout(seconds * 1000), late).catch(verdictOf);
  return { ...check, ...verdict, seconds: (performance.now() - begun) / 1000 };
}

function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof Skip) return skip(thrown.message);
  if (thrown instanceof ApiError && (thrown.status === 401 || thrown.status === 403)) {
    return skip(`may not be read: ${thrown.message}`);
  }
  if (thrown instanceof Failure) return fail(thrown.message);
  // Answers come from servers of any version: one of another form is a finding, and no reason to stop.
  return fail(`an answer has an unknown form: ${(thrown as Error).message}`);
}
