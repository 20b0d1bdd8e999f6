/** `usage`: what tenants used in a month, by the gateway's series in Prometheus. */
import { didYouMean, error, quote } from "../../components/config/problems.js";
import { printableJson } from "../../components/config/printable.js";
import { urlServer } from "../cluster/http.js";
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import type { Outcome } from "../commandLine.js";
import { BadInput, EXIT } from "../failure.js";
import { type LoadedStack, loadStack } from "../loadStack.js";
import { Cluster } from "../local/client.js";
import { dataOf, Prometheus, prometheusUrlOf, TOKEN_VARIABLE } from "../verify/prometheus.js";
import { Target } from "../verify/target.js";
import { wantedOf } from "../verify/wanted.js";
import { type Ask, usageOf } from "./gather.js";
import { lastMonth, monthOf } from "./month.js";
import { usageCsv, usageText } from "./text.js";

/** Options of the command line. */
export interface UsageOptions extends ClusterOptions {
  stack: string;
  /** @default the last whole month */
  month?: string;
  tenant?: string;
  /** URL, in place of the stack's own. */
  prometheus?: string;
  /** Seconds that an answer may take. */
  timeout: number;
  json: boolean;
  csv: boolean;
}

/** Around the command. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal. */
  width: number;
  now: Date;
}

/**
 * @throws ContractError with every problem of the stack's config; BadInput for a wrong call; Failure where Prometheus does not answer
 */
export async function usage(folder: string, options: UsageOptions, around: Surroundings): Promise<Outcome> {
  const { env, width, now } = around;
  if (options.json && options.csv) throw new BadInput([error("--csv", "does not go with --json: use one of them")]);
  const month = monthOf(options.month ?? lastMonth(now), now);
  const url = options.prometheus === undefined ? undefined : prometheusUrlOf(options.prometheus);
  const loaded = loadStack(folder, options.stack);
  const tenants = Object.keys(gatewayOf(loaded).tenants);
  const { tenant } = options;
  // One that was taken out has used something, too: the series know it, and nobody can tell a typing error from it.
  if (tenant !== undefined && !tenants.includes(tenant) && didYouMean(tenant, tenants) !== "") {
    throw new BadInput([error("--tenant", `there is no tenant ${quote(tenant)}${didYouMean(tenant, tenants)}`)]);
  }
  const report = await asking(loaded, url, options, env, (ask) => usageOf(ask, options.stack, month, tenant));
  if (options.json) return { text: printableJson(JSON.stringify(report, null, 2)), exitCode: EXIT.fine };
  return { text: options.csv ? usageCsv(report) : usageText(report, width), exitCode: EXIT.fine };
}

function gatewayOf({ config }: LoadedStack): { tenants: Record<string, unknown> } {
  const { gateway } = config;
  if (gateway === undefined) {
    throw new BadInput([
      error(
        "vllm:gateway",
        "is missing: without a gateway nobody counts by tenant; npm run coldstart and the dashboards have the rest",
      ),
    ]);
  }
  return gateway;
}

async function asking<T>(
  loaded: LoadedStack,
  url: URL | undefined,
  options: UsageOptions,
  env: Surroundings["env"],
  use: (ask: Ask) => Promise<T>,
): Promise<T> {
  const token = env[TOKEN_VARIABLE];
  if (url !== undefined) {
    const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const server = urlServer(url, headers, options.timeout);
    return use((path) => dataOf(server, path));
  }
  const context = options.context ?? loaded.config.cluster.existing?.context;
  const cluster = new Cluster(kubeconfigOf({ ...options, ...(context !== undefined && { context }) }, env), context);
  try {
    const target = new Target(cluster, await wantedOf(loaded), options.timeout, "");
    const prometheus = new Prometheus(target, undefined, undefined);
    return await use((path) => prometheus.asked(path));
  } finally {
    cluster.close();
  }
}
