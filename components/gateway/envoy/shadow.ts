/**
 * The credential of copies. Envoy Gateway gives a mirror's cluster no filters, so that a shadow would refuse all that it gets; the same
 * filter that it puts into the clusters of backends is added to that one, by its own words of Envoy 1.39.1.
 */
import { ENVOY_GATEWAY, GATEWAY_API } from "../../vocabulary/envoyGateway.js";
import type { ModelRoute } from "../implementation.js";
import { type GatewayObject, target } from "../objects.js";

const TYPES = "type.googleapis.com/envoy.extensions";
const OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** Place of the mirror among the filters of a route's rule; Envoy Gateway names its cluster by it. */
export const MIRROR_FILTER = 1;

/** @param filter name of the HTTPRouteFilter with the credential, whose secret Envoy has from the model's own route */
export function shadowObjects(
  { name, shadow }: ModelRoute,
  filter: string,
  { gateway, namespace }: { gateway: string; namespace: string },
): GatewayObject[] {
  if (shadow === undefined || shadow.percent === 0) return [];
  return [
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "EnvoyPatchPolicy", name: `${name}.shadow`, scope: "models" },
      spec: {
        type: "JSONPatch",
        targetRef: target(GATEWAY_API.group, "Gateway", gateway),
        jsonPatches: [
          {
            type: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            name: `httproute/${namespace}/${name}/rule/0-mirror-${MIRROR_FILTER}`,
            operation: {
              op: "add",
              path: "/typed_extension_protocol_options",
              value: { [OPTIONS]: optionsWith(`httproutefilter/${namespace}/${filter}`) },
            },
          },
        ],
      },
    },
  ];
}

function optionsWith(filter: string) {
  const secret = {
    name: `credential_injector/credential/${filter}`,
    sds_config: { ads: {}, resource_api_version: "V3" },
  };
  return {
    "@type": `type.googleapis.com/${OPTIONS}`,
    explicit_http_config: { http_protocol_options: {} },
    http_filters: [
      {
        name: `envoy.filters.http.credential_injector/${filter}`,
        typed_config: {
          "@type": `${TYPES}.filters.http.credential_injector.v3.CredentialInjector`,
          overwrite: true,
          credential: {
            name: "envoy.http.injected_credentials.generic",
            typed_config: {
              "@type": `${TYPES}.http.injected_credentials.generic.v3.Generic`,
              credential: secret,
            },
          },
        },
      },
      {
        name: "envoy.filters.http.upstream_codec",
        typed_config: { "@type": `${TYPES}.filters.http.upstream_codec.v3.UpstreamCodec` },
      },
    ],
  };
}
