/** `verify`: whether what runs in a stack's cluster is what its config says, and works. */
import { writeFileSync } from "node:fs";
import { didYouMean, error, listOr, quote } from "../../components/config/problems.js";
import { printableData, printableJson } from "../../components/config/printable.js";
import { inTime } from "../cluster/http.js";
import { interruptible } from "../cluster/interrupt.js";
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import type { Outcome } from "../commandLine.js";
import { BadInput, EXIT } from "../failure.js";
import { loadStack } from "../loadStack.js";
import { ApiError, Cluster } from "../local/client.js";
import { type Check, type Result, runChecks } from "./check.js";
import { checksOf } from "./checks/all.js";
import { junit } from "./junit.js";
import { Probe } from "./probe.js";
import { Prometheus, prometheusUrlOf, TOKEN_VARIABLE } from "./prometheus.js";
import { Target } from "./target.js";
import { counts, resultsText } from "./text.js";
import { type Wanted, wantedOf } from "./wanted.js";

/** Options of the command line. */
export interface VerifyOptions extends ClusterOptions {
  /** Models to look at. @default all */
  only?: readonly string[];
  /** URL, in place of the stack's own. */
  prometheus?: string;
  /** A Job outside tries to connect to the models. */
  probe: boolean;
  probeNamespace: string;
  /** How long a check may take. */
  timeout: number;
  /** Of what passes only the number is printed. */
  quiet: boolean;
  json: boolean;
  /** File to write, too. */
  junit?: string;
}

/** Around the command. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal. */
  width: number;
  now: Date;
  /** Between two looks at the probe. @default 1000 */
  pollMs?: number;
}

/** For a Job's pod to end, once it is deleted. */
const REMOVAL_SECONDS = 60;

/**
 * @throws ContractError with every problem of the stack's config; BadInput for a wrong call; Failure where the cluster cannot be
 *   reached
 */
export function verify(folder: string, stack: string, options: VerifyOptions, around: Surroundings): Promise<Outcome> {
  requireRight(options);
  const loaded = loadStack(folder, stack);
  const { models, cluster } = loaded.config;
  const only = namedModels(models, options.only);
  const context = options.context ?? cluster.existing?.context;
  const inContext = { ...options, ...(context !== undefined && { context }) };
  return verifyWanted(() => wantedOf(loaded), inContext, around, only);
}

/** @throws BadInput */
function requireRight({ prometheus, timeout }: VerifyOptions): void {
  if (prometheus !== undefined) prometheusUrlOf(prometheus);
  if (timeout <= 0) throw new BadInput([error("--timeout", "has to be more than 0 seconds")]);
}

/** @param only the models to look at @default all, and what is the stack's own */
export async function verifyWanted(
  read: () => Promise<Wanted>,
  options: VerifyOptions,
  around: Surroundings,
  only?: ReadonlySet<string>,
): Promise<Outcome> {
  const cluster = new Cluster(kubeconfigOf(options, around.env), options.context);
  try {
    await answers(cluster);
    const wanted = await read();
    const results = await interruptible("nothing was left in the cluster", (signal) =>
      checked(new Target(cluster, wanted, options.timeout, namedBy(options)), options, around, signal, only),
    );
    return outcomeOf(results, cluster, wanted, options, around);
  } finally {
    cluster.close();
  }
}

function checked(
  target: Target,
  { prometheus: given, probe: isProbed, probeNamespace: namespace, timeout: seconds }: VerifyOptions,
  { env, pollMs }: Surroundings,
  signal: AbortSignal,
  only: ReadonlySet<string> | undefined,
): Promise<Result[]> {
  const url = given === undefined ? undefined : prometheusUrlOf(given);
  const prometheus = new Prometheus(target, url, env[TOKEN_VARIABLE]);
  const releases = target.wanted.releases.filter(({ model }) => only === undefined || only.has(model.name));
  const probing = { namespace, seconds, signal, ...(pollMs !== undefined && { pollMs }) };
  const probe = isProbed ? new Probe(target, releases, probing) : undefined;
  const checks = checksOf(target, { prometheus, ...(probe !== undefined && { probe }) }, only);
  const secondsOf = ({ name }: Check): number => (name === "network" ? seconds + REMOVAL_SECONDS : seconds);
  return inTime(runChecks(checks, secondsOf), signal, "interrupted").finally(() => probe?.ended());
}

/** @throws Failure where nothing answers; BadInput where nobody is known there */
async function answers(cluster: Cluster): Promise<void> {
  try {
    await cluster.call("GET", "/version");
  } catch (thrown) {
    // Who is not known may not even read the version; who is known and may not, may read other things.
    if (!(thrown instanceof ApiError)) throw thrown;
    if (thrown.status === 401) throw new BadInput(`${cluster.server} does not know you: log in again`);
  }
}

function namedModels(
  models: readonly { name: string }[],
  only: readonly string[] = [],
): ReadonlySet<string> | undefined {
  const names = models.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new BadInput(
      unknown.map((name) =>
        error("--only", `there is no model ${quote(name)}${didYouMean(name, names) || `: use ${listOr(names)}`}`),
      ),
    );
  }
  return only.length === 0 ? undefined : new Set(only);
}

function namedBy({ kubeconfig, context }: ClusterOptions): string {
  const words = [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--context", context]),
  ];
  return words.map((word) => ` ${/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`}`).join("");
}

function outcomeOf(
  given: readonly Result[],
  cluster: Cluster,
  { stack, namespace }: Wanted,
  options: VerifyOptions,
  { width, now }: Surroundings,
): Outcome {
  // The texts of a cluster, of its servers and of its objects are anybody's.
  const results = printableData(given);
  if (options.junit !== undefined) writeFileSync(options.junit, junit(stack, results, now));
  const { pass: passed, fail: failed } = counts(results);
  // Where nothing may be read, nothing is verified.
  const exitCode = failed > 0 || passed === 0 ? EXIT.failed : EXIT.fine;
  const { server } = cluster;
  const context = cluster.config.getCurrentContext();
  if (!options.json) {
    const where = `${server}, context ${quote(context)}, namespace ${namespace}`;
    return { text: resultsText(stack, where, results, { width, quiet: options.quiet }), exitCode };
  }
  const report = { stack, server, context, namespace, at: now.toISOString(), counts: counts(results), results };
  return { text: printableJson(JSON.stringify(report, null, 2)), exitCode };
}
