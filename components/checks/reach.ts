/** Addresses that a release names and the network policy closes. */
import { joinPath } from "../config/parse.js";
import { entriesOf, from, given, type Parts } from "../config/parts.js";
import { type Problem, quote, warning } from "../config/problems.js";
import type { Access } from "../contract/access.js";
import { fetchesWeights, isReachable } from "../derive/access.js";
import type { RuntimePlan } from "../derive/plan.js";
import { textsOf } from "../facts/vllm/jsonValues.js";

/** A release, and where it stands in the config. */
interface Release {
  plan: Pick<Parts<RuntimePlan>, "env" | "flags" | "artifacts" | "cache">;
  path: string;
}

/** What the check knows of the network. */
export interface Network {
  /** @default the policy's own defaults */
  access?: Access;
  /** Where that stands, such as `vllm:access`. */
  accessPath: string;
  /** The models' own namespace. */
  namespace: string;
}

/** Flags whose value is an address that the engine connects to, by the tables of vLLM 0.30 and 0.32. */
const ENDPOINT_FLAGS: ReadonlySet<string> = new Set(["otlp-traces-endpoint", "tool-server"]);

/** Ports of addresses that name none, by their scheme. */
const PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  grpc: 4317, // https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-default-port
  socks5: 1080,
  socks5h: 1080,
  redis: 6379,
};

/** It lists what is reached without a proxy. */
const NO_PROXY = /^no_proxy$/i;
/** Variables whose value may be an address without a scheme. */
const ENDPOINT = /_proxy$|_endpoint$|_url$/i;
const URL_FORM = /^([a-z][a-z0-9+]*):\/\/(?:[^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:]+)(?::(\d+))?(?:[/?#]|$)/i;
const HOST_FORM = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d+)$/i;
const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/i;

interface Target {
  host: string;
  port: number;
}

/** The address in a text; `undefined` where it has none, or one of the pod's own. @param isEndpoint of an address without scheme, too */
function targetOf(text: string, isEndpoint: boolean): Target | undefined {
  const url = URL_FORM.exec(text.trim());
  const bare = isEndpoint ? HOST_FORM.exec(text.trim()) : null;
  const host = url?.[2] ?? bare?.[1];
  const port = Number(url?.[3] ?? bare?.[2] ?? PORTS[url?.[1]?.toLowerCase() ?? ""]);
  return host === undefined || Number.isNaN(port) || LOOPBACK.test(host) ? undefined : { host, port };
}

/** A warning for each variable and endpoint whose address the policy closes. */
export function checkReach(releases: readonly Release[], network: Network): Problem[] {
  return releases.flatMap(({ plan, path }) => checkRelease(plan, path, network));
}

function checkRelease(plan: Release["plan"], path: string, access: Network): Problem[] {
  const fetches = from([plan.artifacts], (artifacts) =>
    fetchesWeights({ artifacts, cache: plan.cache as RuntimePlan["cache"] }),
  );
  // Of weights that are wrong nobody can tell.
  const network = { ...access, fetches: fetches !== false };
  return [
    ...entriesOf(plan.env).flatMap(([name, variable]) =>
      given([NO_PROXY.test(name) ? "" : variable.value], (value) =>
        closed([value], ENDPOINT.test(name), joinPath(`${path}.env`, [name]), network),
      ),
    ),
    ...entriesOf(plan.flags).flatMap(([name, flag]) =>
      ENDPOINT_FLAGS.has(name)
        ? given([flag.value], (value) =>
            closed(
              textsOf(value).flatMap((text) => text.split(",")),
              true,
              joinPath(`${path}.flags`, [name]),
              network,
            ),
          )
        : [],
    ),
  ];
}

function closed(
  texts: readonly string[],
  isEndpoint: boolean,
  at: string,
  network: Network & { fetches: boolean },
): Problem[] {
  const targets = texts.flatMap((text) => targetOf(text, isEndpoint) ?? []);
  return targets
    .filter((target) => !isReachable(network.access, target, network.namespace, network.fetches))
    .map(({ host, port }) =>
      warning(
        at,
        `connects to ${quote(`${host}:${port}`)}, which ${network.accessPath}.egress closes: ` +
          "add a rule with that address or namespace, port (of the pods, where a Service has another) and reason",
      ),
    );
}
