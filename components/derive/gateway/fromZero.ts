/** A model at zero replicas behind the gateway: how its first requests are answered, and what wakes it. */
import type { ModelGateway } from "../../contract/gateway/model.js";
import { GATEWAY_LABELS, GATEWAY_SERIES } from "../../vocabulary/gateway.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { expectedStart } from "../coldStart.js";
import type { RuntimePlan } from "../plan.js";

/** The scrape of the proxies: a request is seen at the next one. */
export const PROXY_SCRAPE_SECONDS = 15;
/** KEDA's polling interval. */
export const POLLING_SECONDS = 15;
/** At most, from a request to the wish for a replica. */
export const WAKING_SECONDS = PROXY_SCRAPE_SECONDS + POLLING_SECONDS;

/** How a model at zero answers. */
export interface FromZero {
  answer: "hold" | "retry";
  /** From the first request to the first replica's readiness, on a node that is there, by published figures. */
  expectedSeconds: number;
  /** Of `retry`: the header Retry-After. */
  retryAfterSeconds: number;
  /** Of `hold`: how long a request waits at least. */
  holdSeconds: number;
}

/**
 * @param gateway the model's section
 * @param stable the release that its route names
 * @returns `undefined` where the model does not ask for it
 */
export function fromZeroOf(gateway: ModelGateway | undefined, stable: RuntimePlan): FromZero | undefined {
  const stated = gateway?.fromZero;
  if (stated === undefined) return undefined;
  const expectedSeconds = Math.ceil(WAKING_SECONDS + expectedStart(stable, stable.cache).totalSeconds);
  return {
    answer: stated.answer,
    expectedSeconds,
    retryAfterSeconds: expectedSeconds,
    holdSeconds: stated.holdSeconds ?? Math.ceil(expectedSeconds * 1.5),
  };
}

/** First and longest pause between two attempts. Envoy waits a random part of each. */
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 4;

/**
 * Attempts that last for the time at least, in nearly all cases. A pause is spread evenly over 0 to 4 s: the sum of n has the mean 2 n
 * and the standard deviation 1.15 √n, and three of those below the mean are still the time.
 */
function attempts(seconds: number): number {
  const mean = LONGEST_PAUSE_SECONDS / 2;
  const below = (3 * LONGEST_PAUSE_SECONDS) / Math.sqrt(12);
  const root = (below + Math.sqrt(below ** 2 + 4 * mean * seconds)) / (2 * mean);
  return Math.ceil(root ** 2);
}

/**
 * The part of a model's BackendTrafficPolicy that holds its first requests; nothing where they are answered with 503.
 *
 * A Service without endpoints refuses connections, and Envoy tries again. That needs the Service's own address as the only endpoint
 * (`routingType: Service`), so such a model has no least-request and no ejection: kube-proxy spreads its connections. The request's body
 * is kept meanwhile, up to the gateway's limit of a body.
 */
export function holdPolicy({ answer, holdSeconds }: FromZero): object | undefined {
  if (answer !== "hold") return undefined;
  return {
    routingType: "Service",
    retry: {
      numRetries: attempts(holdSeconds),
      retryOn: { triggers: ["connect-failure", "refused-stream"] },
      perRetry: {
        backOff: { baseInterval: `${FIRST_PAUSE_SECONDS}s`, maxInterval: `${LONGEST_PAUSE_SECONDS}s` },
      },
    },
  };
}

const WINDOW = "2m";
const WINDOW_SECONDS = 120;

/** How a counter of the proxies grew, a second; one that is made by the first request counts whole where its proxy was scraped before. */
function growth(series: string): string {
  const fresh = `((${series} unless ${series} offset ${WINDOW}) and on (instance) (up offset ${WINDOW} == 1)) / ${WINDOW_SECONDS}`;
  return `(${fresh} or rate(${series}[${WINDOW}]))`;
}

/**
 * The query that wakes a release at zero: requests for its model at the gateway, above 0. Those that the client has to mend wake
 * nothing. Requests that are held are in no log yet, and so in no series: they are seen by the connections that fail.
 *
 * @param namespace of the models @param stack its name; any where it is not known
 */
export function activationQuery(
  { name, release, gateway }: Pick<RuntimePlan, "name" | "release" | "gateway">,
  namespace: string,
  stack: string | undefined,
): string {
  const { outcome } = GATEWAY_LABELS;
  const ofStack = stack === undefined ? [] : [`${METRIC_LABELS.stack}="${stack}"`];
  const matchers = [
    ...ofStack,
    `${METRIC_LABELS.model}="${name}"`,
    // Without a release where none was chosen: then all of the model are meant.
    `${METRIC_LABELS.release}=~"${release}|"`,
    `${outcome}!~"validation|unauthenticated|forbidden|quota"`,
  ];
  const asked = `sum(${growth(`${GATEWAY_SERIES.requests}{${matchers.join(",")}}`)})`;
  if (gateway?.fromZero?.answer !== "hold") return `${asked} or vector(0)`;
  // The model's HTTPRoute, and those of tenants behind a dot.
  const routes = `httproute/${namespace}/${name}([.].+)?/rule/.+`;
  const failed = `envoy_cluster_upstream_cx_connect_fail{${[...ofStack, `envoy_cluster_name=~"${routes}"`].join(",")}}`;
  return `(${asked} or vector(0)) + (sum(${growth(failed)}) or vector(0))`;
}
