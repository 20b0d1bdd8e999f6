/** How KEDA proves to Prometheus who it is. */
import type { ITriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import { secretKeyOf, type SecretRef } from "../config/secretRef.js";
import type { PrometheusAuthentication } from "../contract/prometheus.js";

/** Names of the parameters: https://keda.sh/docs/2.20/scalers/prometheus/#authentication-parameters */
export function triggerAuthenticationSpec(authentication: PrometheusAuthentication): ITriggerAuthentication["spec"] {
  const { bearer, basic, tls, aws } = authentication;
  if (aws !== undefined) return { podIdentity: { provider: "aws" } };
  const parameters: Record<string, SecretRef | undefined> = {
    bearerToken: bearer,
    username: basic?.username,
    password: basic?.password,
    ca: tls?.ca,
    cert: tls?.certificate,
    key: tls?.privateKey,
  };
  return {
    secretTargetRef: Object.entries(parameters).flatMap(([parameter, reference]) =>
      reference === undefined ? [] : [{ parameter, ...secretKeyOf(reference) }],
    ),
  };
}

/** What each trigger says of it in its metadata; no secret. */
export function authenticationMetadata(authentication: PrometheusAuthentication | undefined): Record<string, string> {
  if (authentication === undefined) return {};
  const { bearer, basic, tls, aws } = authentication;
  if (aws !== undefined) return { awsRegion: aws.region };
  const modes = [tls?.certificate && "tls", bearer && "bearer", basic && "basic"].filter((mode) => mode !== undefined);
  return { authModes: modes.join(",") };
}
