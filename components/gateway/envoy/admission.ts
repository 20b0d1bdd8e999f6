/** What every request passes: the check of its key or token, the admission program, the quotas. */
import type { GatewayConfig } from "../../contract/gateway/schema.js";
import { ENVOY_GATEWAY, GATEWAY_API } from "../../vocabulary/envoyGateway.js";
import { GATEWAY_HEADERS, METADATA_NAMESPACE } from "../../vocabulary/gateway.js";
import { QUOTAS } from "../../vocabulary/quotas.js";
import type { AdmissionContext } from "../admission/table.js";
import type { GatewayNames } from "../names.js";
import { type GatewayObject, target } from "../objects.js";

/** A JSON Web Token begins with the Base64 of `{"`; no key of a tenant may. */
const TOKEN = "^[Bb][Ee][Aa][Rr][Ee][Rr] +eyJ";

/** What admission consists of. */
export interface Admission {
  /** Lua that Envoy runs. */
  program: string;
  context: AdmissionContext;
  /** Secrets with keys: client id → key. */
  keySecrets: readonly string[];
}

export function admissionObjects(
  config: GatewayConfig,
  names: GatewayNames,
  { program, context, keySecrets }: Admission,
): GatewayObject[] {
  const { oidc, host } = config;
  return [
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "HTTPRouteFilter", name: names.closed, scope: "models" },
      spec: { directResponse: NOT_FOUND },
    },
    routeObject(names.keys, host, names, []),
    securityObject(names.keys, {
      apiKeyAuth: {
        credentialRefs: keySecrets.map((name) => ({ group: "", kind: "Secret", name })),
        extractFrom: [{ headers: ["authorization", "x-api-key"] }],
        forwardClientIDHeader: GATEWAY_HEADERS.client,
        sanitize: true,
      },
    }),
    ...(oidc === undefined
      ? []
      : [
          routeObject(names.tokens, host, names, [
            { type: "RegularExpression", name: "Authorization", value: `${TOKEN}.*` },
          ]),
          securityObject(names.tokens, { jwt: jwtOf(oidc) }),
        ]),
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "EnvoyExtensionPolicy", name: names.admission, scope: "models" },
      spec: {
        targetRefs: [target(GATEWAY_API.group, "Gateway", names.gateway)],
        lua: [{ type: "Inline", inline: program, filterContext: context }],
      },
    },
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "BackendTrafficPolicy", name: names.quotas, scope: "models" },
      spec: {
        targetRefs: [target(GATEWAY_API.group, "Gateway", names.gateway)],
        rateLimit: { global: { rules: QUOTAS.map(ruleOf) } },
      },
    },
  ];
}

/** What stays on an admission route was not admitted; the program answers before in all other cases. */
const NOT_FOUND = {
  statusCode: 404,
  contentType: "application/json",
  body: {
    type: "Inline",
    inline: JSON.stringify({
      error: { message: "There is nothing here.", type: "invalid_request_error", param: null, code: "not_found" },
    }),
  },
};

function routeObject(name: string, host: string, names: GatewayNames, headers: object[]): GatewayObject {
  const closed = { group: ENVOY_GATEWAY.group, kind: "HTTPRouteFilter", name: names.closed };
  return {
    ...{ apiVersion: GATEWAY_API.version, kind: "HTTPRoute", name, scope: "models" },
    spec: {
      parentRefs: [target(GATEWAY_API.group, "Gateway", names.gateway)],
      hostnames: [host],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/" }, ...(headers.length > 0 && { headers }) }],
          filters: [{ type: "ExtensionRef", extensionRef: closed }],
        },
      ],
    },
  };
}

function securityObject(name: string, spec: Record<string, unknown>): GatewayObject {
  return {
    ...{ apiVersion: ENVOY_GATEWAY.version, kind: "SecurityPolicy", name, scope: "models" },
    spec: { targetRefs: [target(GATEWAY_API.group, "HTTPRoute", name)], ...spec },
  };
}

function jwtOf({ issuer, audiences, jwksUri, tenantClaim }: NonNullable<GatewayConfig["oidc"]>) {
  return {
    providers: [
      {
        ...{ name: "oidc", issuer, audiences, remoteJWKS: { uri: jwksUri } },
        claimToHeaders: [{ claim: tenantClaim, header: GATEWAY_HEADERS.subject }],
        // The header alone: a token in an address would be in logs.
        extractFrom: { headers: [{ name: "Authorization", valuePrefix: "Bearer " }] },
      },
    ],
  };
}

/**
 * One rule for all tenants: the program writes a tenant's limit into the request's metadata. Where it is missing, the rule's own holds,
 * which is one. A token's cost is known at the end of its request, so that the next one pays for it.
 */
function ruleOf({ key, unit, cost }: (typeof QUOTAS)[number]) {
  return {
    clientSelectors: [{ headers: [{ type: "Distinct", name: GATEWAY_HEADERS.tenant }] }],
    limit: { requests: 1, unit, fromMetadata: { namespace: METADATA_NAMESPACE, key } },
    ...(cost !== undefined && {
      cost: {
        request: { from: "Number", number: 0 },
        response: { from: "Metadata", metadata: { namespace: METADATA_NAMESPACE, key: cost } },
      },
    }),
    // One count over all routes, not one for each model.
    shared: true,
  };
}
