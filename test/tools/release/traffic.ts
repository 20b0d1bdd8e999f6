/** Requests to two releases of chat as Prometheus has them: as series for a real one, and as the answers of a stand-in. */
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { GATEWAY_SERIES } from "../../../components/vocabulary/gateway.js";
import type { Series } from "../../../tools/dashboards/remoteWrite.js";
import { LOOPBACK } from "../../../tools/local/ports.js";

/** What a release did within the window. */
export interface Traffic {
  requests: number;
  failed?: number;
  refused?: number;
  /** How much slower than usual. @default 1 */
  slow?: number;
}

/** Usual latencies: 80 % within the first bound, 16 % more within the second, the rest within the third. */
const LATENCIES: Readonly<Record<string, readonly number[]>> = {
  "vllm:time_to_first_token_seconds": [0.25, 0.5, 1],
  "vllm:inter_token_latency_seconds": [0.025, 0.05, 0.1],
  "vllm:request_time_per_output_token_seconds": [0.025, 0.05, 0.1],
};
const SHARES = [0.8, 0.96, 1];
const TOKENS = 100;

interface Value {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Counters of a release after the window. A slow one has fewer in the lower buckets. */
function counters({ requests, failed = 0, refused = 0, slow = 1 }: Traffic): Value[] {
  const http = { handler: "/v1/chat/completions", method: "POST" };
  const ended = requests - failed - refused;
  const histograms = Object.entries(LATENCIES).flatMap(([name, bounds]) => {
    const count = name.includes("inter_token") ? ended * TOKENS : ended;
    const buckets = [
      ...bounds.map((le, index) => [String(le), count * SHARES[index]! ** slow] as const),
      ["+Inf", count] as const,
    ];
    return [
      ...buckets.map(([le, value]) => ({ name: `${name}_bucket`, labels: { le }, value })),
      { name: `${name}_sum`, labels: {}, value: count * bounds[0]! * 0.8 * slow },
    ];
  });
  return [
    { name: "http_requests_total", labels: { ...http, status: "2xx" }, value: ended },
    { name: "http_requests_total", labels: { ...http, status: "5xx" }, value: failed + refused },
    { name: "vllm:request_success_total", labels: { finished_reason: "stop" }, value: ended },
    { name: "vllm:admission_rejections_total", labels: { reason: "max_num_queued_reqs" }, value: refused },
    ...histograms,
  ];
}

/** Series of an hour that ends at a time in seconds, as the PodMonitor of each release labels them. */
export function seriesOf(traffic: Readonly<Record<string, Traffic>>, end: number, namespace: string): Series[] {
  const minutes = Array.from({ length: 51 }, (_, index) => index);
  return Object.entries(traffic).flatMap(([release, one]) =>
    counters(one).map(({ name, labels, value }) => ({
      labels: {
        ...{ __name__: name, namespace, job: `${namespace}/chat-${release}`, pod: `chat-${release}-0` },
        ...{ vllm_model: "chat", vllm_release: release, ...labels },
      },
      samples: minutes.map((minute) => [(end - (50 - minute) * 60) * 1000, (value * minute) / 50] as const),
    })),
  );
}

/** A Prometheus that answers the queries of a comparison, and notes how it was asked. */
export class StandIn {
  readonly authorizations: (string | undefined)[] = [];
  traffic: Readonly<Record<string, Traffic>> = {};
  /** By release, in place of none. */
  gateway: Readonly<Record<string, Record<string, number>>> = {};
  private constructor(private readonly server: Server) {}

  static async start(): Promise<StandIn> {
    const server = createServer((request, response) => {
      standIn.authorizations.push(request.headers.authorization);
      const query = new URL(request.url!, "http://localhost").searchParams.get("query")!;
      const result = standIn.answer(query).map(([metric, value]) => ({ metric, value: [0, String(value)] }));
      response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    });
    const standIn = new StandIn(server);
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    return standIn;
  }

  get url(): string {
    return `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }

  private answer(query: string): [Record<string, string>, number][] {
    const [, release = ""] = /release="(\w+)"/.exec(query)!;
    if (query.includes(`${GATEWAY_SERIES.requests}{vllm_stack="staging",vllm_model="chat",`))
      return Object.entries(this.gateway[release] ?? {}).map(([outcome, value]) => [{ outcome }, value]);
    const [, by] = /^sum by \((\w+)\)/.exec(query) ?? [];
    const sums = new Map<string, number>();
    const traffic = this.traffic[release];
    for (const { name, labels, value } of traffic === undefined ? [] : counters(traffic)) {
      if (!query.includes(`${name}{`)) continue;
      const key = by === undefined ? "" : labels[by]!;
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return [...sums].map(([key, value]) => [by === undefined ? {} : { [by]: key }, value]);
  }
}
