/** Envoy that only proxies, with TLS: what the gateway is compared with. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "../../local/certificates.js";
import { certificateFile } from "../../local/controlPlane.js";
import type { Folders } from "../../local/folders.js";
import { isolated, link } from "../../local/gateway/isolate.js";

const TYPES = "type.googleapis.com/envoy.extensions";
export const PORT = 10443;

/** @param enginePort of this machine @returns where clients reach it */
export async function startAlone(
  envoy: string,
  folders: Folders,
  { certificate, key }: Certificate,
  enginePort: number,
): Promise<string> {
  const file = join(folders.run, "alone.json");
  const proxy = isolated(
    {
      name: "envoy-alone",
      program: envoy,
      args: [
        ...["-c", file, "--concurrency", "2", "--disable-hot-restart", "-l", "warning"],
        // Names the run, by which its processes are ended.
        ...["--service-zone", certificateFile(folders, "ca.crt")],
      ],
    },
    folders,
  );
  const [machine, address] = await link("machine", proxy);
  const at = (host: string, port: number) => ({ address: { socket_address: { address: host, port_value: port } } });
  const manager = {
    ...{ "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`, stat_prefix: "alone" },
    http_filters: [{ name: "router", typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` } }],
    route_config: {
      virtual_hosts: [
        {
          ...{ name: "all", domains: ["*"] },
          routes: [{ match: { prefix: "/" }, route: { cluster: "engine", timeout: "0s" } }],
        },
      ],
    },
  };
  const own = { certificate_chain: { inline_string: certificate }, private_key: { inline_string: key } };
  const bootstrap = {
    static_resources: {
      listeners: [
        {
          ...{ name: "alone", ...at("0.0.0.0", PORT) },
          filter_chains: [
            {
              transport_socket: {
                name: "tls",
                typed_config: {
                  "@type": `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`,
                  common_tls_context: { tls_certificates: [own] },
                },
              },
              filters: [{ name: "http", typed_config: manager }],
            },
          ],
        },
      ],
      clusters: [
        {
          ...{ name: "engine", type: "STATIC", connect_timeout: "3s" },
          load_assignment: {
            ...{ cluster_name: "engine", endpoints: [{ lb_endpoints: [{ endpoint: at(machine, enginePort) }] }] },
          },
        },
      ],
    },
  };
  writeFileSync(file, JSON.stringify(bootstrap), { mode: 0o600 });
  proxy.begin();
  return address;
}
