/** A static bootstrap of Envoy with the filters and routes of the gateway in their order, without Envoy Gateway. */
import {
  CLIENT_HEADERS,
  GATEWAY_HEADERS,
  METADATA_NAMESPACE,
  RESPONSE_HEADERS,
} from "../../components/vocabulary/gateway.js";
import type { AdmissionContext } from "../../components/gateway/admission/table.js";

const TYPES = "type.googleapis.com";
const HTTP = "envoy.extensions.filters.http";

/** What the bootstrap is made of. */
export interface Gateway {
  program: string;
  context: AdmissionContext;
  /** API keys by client id. */
  keys: Record<string, string>;
  /** Ports of the models' engines, by model; `slow` times out after 300 ms, and `moved` is answered by `chat`. */
  engines: Record<string, number>;
  port: number;
  admin: number;
  /** File that requests' ends are written to, a JSON object a line. */
  log: string;
  /** Header that the check of credentials writes. @default the client's, as the key check does */
  identity?: string;
}

const address = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });

const typed = (type: string, fields: object = {}): object => ({ "@type": `${TYPES}/${type}`, ...fields });

/** The program's filter: off, and on by the admission route alone, as Envoy Gateway makes it. */
const LUA = "envoy.filters.http.lua/admission";

const header = (name: string, exact: string): object => ({ name, string_match: { exact } });

function routes({ context, engines }: Gateway): object[] {
  const models = Object.keys(engines).flatMap((model) =>
    [`r2`, undefined].map((release) => ({
      match: {
        prefix: "/",
        headers: [
          header(GATEWAY_HEADERS.model, model),
          ...(release === undefined ? [] : [header(GATEWAY_HEADERS.release, release)]),
        ],
      },
      route: { cluster: model, timeout: model === "slow" ? "0.3s" : "600s" },
      response_headers_to_add: [
        {
          header: { key: RESPONSE_HEADERS.servedBy, value: `${model === "moved" ? "chat" : model}/${release ?? "r1"}` },
          append_action: 2,
        },
      ],
    })),
  );
  const admission = {
    match: { prefix: "/" },
    direct_response: { status: 404 },
    typed_per_filter_config: { [LUA]: typed(`${HTTP}.lua.v3.LuaPerRoute`, { filter_context: context }) },
  };
  return [...models, admission];
}

const early = [...Object.values(GATEWAY_HEADERS), "x-prefiller-host-port"];

function connectionManager(gateway: Gateway): object {
  const fields = {
    status: "%RESPONSE_CODE%",
    tenant: `%DYNAMIC_METADATA(${METADATA_NAMESPACE}:tenant)%`,
    metadata: `%DYNAMIC_METADATA(${METADATA_NAMESPACE})%`,
    flags: "%RESPONSE_FLAGS%",
    release: `%REQ(${CLIENT_HEADERS.release})%`,
    id: "%REQ(x-test-id)%",
  };
  return typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: "door",
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: "UNESCAPE_AND_REDIRECT",
    use_remote_address: true,
    generate_request_id: true,
    early_header_mutation_extensions: [
      {
        name: "early",
        typed_config: typed("envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation", {
          mutations: early.map((name) => ({ remove: name })),
        }),
      },
    ],
    access_log: [
      {
        name: "log",
        typed_config: typed("envoy.extensions.access_loggers.file.v3.FileAccessLog", {
          path: gateway.log,
          log_format: { json_format: fields },
        }),
      },
    ],
    http_filters: [
      {
        name: "keys",
        typed_config: typed(`${HTTP}.api_key_auth.v3.ApiKeyAuth`, {
          credentials: Object.entries(gateway.keys).map(([client, key]) => ({ client, key })),
          key_sources: [{ header: "authorization" }, { header: "x-api-key" }],
          forwarding: { header: gateway.identity ?? GATEWAY_HEADERS.client, hide_credentials: true },
        }),
      },
      {
        name: LUA,
        disabled: true,
        typed_config: typed(`${HTTP}.lua.v3.Lua`, { default_source_code: { inline_string: gateway.program } }),
      },
      {
        name: "envoy.filters.http.router",
        typed_config: typed(`${HTTP}.router.v3.Router`, { suppress_envoy_headers: true }),
      },
    ],
    route_config: { name: "routes", virtual_hosts: [{ name: "door", domains: ["*"], routes: routes(gateway) }] },
  });
}

/** @returns the bootstrap, as JSON that Envoy takes for YAML */
export function bootstrap(gateway: Gateway): string {
  const listener = {
    name: "door",
    address: address(gateway.port),
    per_connection_buffer_limit_bytes: 8 * 1024 * 1024,
    filter_chains: [
      {
        filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: connectionManager(gateway) }],
      },
    ],
  };
  const clusters = Object.entries(gateway.engines).map(([name, port]) => ({
    name,
    type: "STATIC",
    connect_timeout: "1s",
    circuit_breakers: { thresholds: [{ max_requests: name === "narrow" ? 1 : 1024 }] },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
    },
  }));
  return JSON.stringify({
    admin: { address: address(gateway.admin) },
    static_resources: { listeners: [listener], clusters },
  });
}
