/** How Envoy sends a model's requests: to whom, how long, how often again. */
import { CLIENT_HEADERS } from "../../vocabulary/gateway.js";
import type { ModelRoute } from "../implementation.js";
import { seconds } from "../objects.js";

/**
 * Retries. Nothing of an answer has reached the client then: a replica that is full answers 503, and one that drains 500 to whatever it has
 * not begun (docs/serving.md). One that is lost cuts its connections, also those that a request has just gone out on: to answer a prompt
 * twice does no harm. The next try goes to another replica; there are two, so a request that ends engines ends three at most.
 */
const RETRY = {
  numRetries: 2,
  retryOn: {
    triggers: ["connect-failure", "refused-stream", "reset", "retriable-status-codes"],
    httpStatusCodes: [500, 503],
  },
  perRetry: { backOff: { baseInterval: "25ms", maxInterval: "250ms" } },
};

/** Effectively never: 503 is what a full replica answers, and to eject it would send its load to others that are full. */
const NEVER = 2_147_483_647;

/** The policy without its target. Merged into the gateway's, so that its quotas stay. */
export function backendTrafficSpec({ bounds, capacity, isSticky, only, hold }: ModelRoute) {
  const most = only?.concurrency ?? capacity;
  return {
    mergeType: "StrategicMerge",
    loadBalancer: isSticky
      ? { type: "ConsistentHash", consistentHash: { type: "Headers", headers: [{ name: CLIENT_HEADERS.session }] } }
      : { type: "LeastRequest" },
    timeout: {
      tcp: { connectTimeout: "3s" },
      http: {
        requestTimeout: seconds(bounds.requestSeconds),
        streamIdleTimeout: seconds(bounds.streamIdleSeconds),
        connectionIdleTimeout: "300s",
      },
    },
    retry: RETRY,
    circuitBreaker: {
      maxConnections: most,
      // A request that finds no connection waits for one; with as many connections as requests none does for long.
      maxPendingRequests: most,
      maxParallelRequests: most,
      maxParallelRetries: Math.max(3, Math.ceil(most / 5)),
    },
    healthCheck: {
      passive: {
        splitExternalLocalOriginErrors: true,
        // A lost replica has no requests under way, so that least-request would choose it again and again.
        consecutiveLocalOriginFailures: 1,
        consecutive5XxErrors: NEVER,
        interval: "2s",
        baseEjectionTime: "10s",
        maxEjectionPercent: 50,
      },
    },
    ...hold,
  };
}
