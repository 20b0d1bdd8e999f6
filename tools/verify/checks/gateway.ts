/** Whether the gateway's objects were taken by Envoy Gateway, its certificate holds, and its requests are counted. */
import { X509Certificate } from "node:crypto";
import { counted } from "../../../components/config/problems.js";
import { isDeepStrictEqual } from "node:util";
import { GATEWAY_SERIES, proxiesName, QUOTA_DEPLOYMENT } from "../../../components/vocabulary/gateway.js";
import { METRIC_LABELS } from "../../../components/vocabulary/metrics/labels.js";
import { describe, type KubernetesObject } from "../../local/client.js";
import { type Check, fail, judged, pass, Skip, type Verdict } from "../check.js";
import { type Condition, conditionText, type Deployment } from "../objects.js";
import type { Prometheus } from "../prometheus.js";
import type { Target } from "../target.js";

const GROUPS = ["gateway.networking.k8s.io/", "gateway.envoyproxy.io/"];
/** They say of themselves what became of them; a filter or a reference grant says nothing. */
const KINDS = [
  ...["Gateway", "HTTPRoute", "SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy"],
  ...["EnvoyExtensionPolicy", "EnvoyPatchPolicy"],
];

/** An object as far as its status says who took it. */
interface Judged extends KubernetesObject {
  spec?: { rules?: { backendRefs?: { name: string; weight?: number }[] }[] };
  status?: {
    conditions?: Condition[];
    listeners?: { name: string; conditions?: Condition[] }[];
    parents?: { conditions?: Condition[] }[];
    ancestors?: { conditions?: Condition[] }[];
  };
}

/** Conditions that are not as they should be; those of a policy that another one overrides are. */
function refusals(found: Judged): string[] {
  const { conditions = [], listeners = [], parents = [], ancestors = [] } = found.status ?? {};
  const all = [...conditions, ...[...listeners, ...parents, ...ancestors].flatMap((one) => one.conditions ?? [])];
  if (all.length === 0)
    return [`${describe(found)} was taken by nobody: Envoy Gateway does not run, or its class is another`];
  const wanted = ["Accepted", "Programmed", "ResolvedRefs"];
  return all
    .filter(({ type, status }) => wanted.includes(type) && status !== "True")
    .map((condition) => `${describe(found)}: ${conditionText(condition)}`);
}

/** Where requests go, by rule. */
function weights({ spec }: Judged): (readonly [name: string, weight: number])[][] {
  return (spec?.rules ?? []).map(({ backendRefs = [] }) =>
    // Gateway API's default is 1.
    backendRefs.map(({ name, weight = 1 }) => [name, weight] as const),
  );
}

function differing(wanted: Judged, found: Judged): string[] {
  if (wanted.kind !== "HTTPRoute" || isDeepStrictEqual(weights(wanted), weights(found))) return [];
  const text = (route: Judged): string =>
    weights(route)
      .map((rule) => rule.map(([name, weight]) => `${name} ${weight}`).join(", "))
      .join("; ");
  return [`${describe(wanted)} sends to ${text(found)}, the config says ${text(wanted)}`];
}

/** Objects of the gateway among all that the stack wants. */
export function gatewayObjectsOf({ wanted }: Pick<Target, "wanted">): Judged[] {
  return [...wanted.objects, ...wanted.models.flatMap(({ objects }) => objects)]
    .map(({ manifest }) => manifest as Judged)
    .filter(({ apiVersion, kind }) => GROUPS.some((group) => apiVersion.startsWith(group)) && KINDS.includes(kind));
}

async function objects(target: Target): Promise<Verdict> {
  const all = gatewayObjectsOf(target);
  if (all.length === 0) throw new Skip("the stack wants no object of a gateway");
  const problems = await Promise.all(
    all.map(async (wanted) => {
      const found = await target.get<Judged>(wanted);
      // The check of objects says what is missing.
      return found === undefined ? [`no ${describe(wanted)}`] : [...refusals(found), ...differing(wanted, found)];
    }),
  );
  return judged(problems.flat(), `${counted(all.length, "object")} taken by Envoy Gateway, weights as the config says`);
}

const DAY_MS = 86_400_000;
/** cert-manager renews at a third of the time that is left: 30 days of 90. */
const LEAST_DAYS = 14;

/** @param pem the certificate, others of its chain behind it */
export function judgeCertificate(pem: string, host: string, now: Date): Verdict {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return fail("tls.crt is no certificate");
  }
  const ends = new Date(certificate.validTo);
  const days = Math.floor((ends.getTime() - now.getTime()) / DAY_MS);
  const problems = [
    ...(certificate.checkHost(host) === undefined ? [`is not for ${host}`] : []),
    ...(new Date(certificate.validFrom) > now ? [`is not valid before ${certificate.validFrom}`] : []),
    ...(days < 0 ? [`ended at ${certificate.validTo}`] : days < LEAST_DAYS ? [`ends in ${counted(days, "day")}`] : []),
  ];
  return judged(problems, `for ${host}, ${counted(days, "day")} left`);
}

/** The Secret that the Gateway's listener names. */
function secretOf(gateway: KubernetesObject | undefined): string | undefined {
  const { spec } = (gateway ?? {}) as {
    spec?: { listeners?: { tls?: { certificateRefs?: { name: string }[] } }[] };
  };
  return spec?.listeners?.flatMap(({ tls }) => tls?.certificateRefs ?? [])[0]?.name;
}

async function series(target: Target, namespace: string, prometheus: Prometheus): Promise<Verdict> {
  const of = `{${METRIC_LABELS.stack}=${JSON.stringify(target.wanted.partOf)},namespace=${JSON.stringify(namespace)}}`;
  const up = await prometheus.query(`up${of}`);
  const down = up.filter(({ value }) => value[1] !== "1");
  if (up.length === 0) return fail("Prometheus has no up of a proxy: its PodMonitor, or a network policy");
  if (down.length > 0) return fail(`${down.length} of ${counted(up.length, "proxy", "proxies")} cannot be scraped`);
  const requests = await prometheus.query(`sum(${GATEWAY_SERIES.requests}${of})`);
  const found = `${counted(up.length, "proxy", "proxies")} scraped`;
  return pass(requests.length === 0 ? `${found}, no request yet` : `${found}, requests are counted`);
}

async function ready(target: Target, namespace: string): Promise<Verdict> {
  const names = [proxiesName(target.namespace, target.wanted.partOf), QUOTA_DEPLOYMENT];
  const problems = await Promise.all(
    names.map(async (name) => {
      const found = await target.get<Deployment>({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace },
      });
      if (found === undefined) return [`no Deployment ${name} in ${namespace}`];
      const { readyReplicas = 0, replicas = 0 } = found.status ?? {};
      return readyReplicas > 0 && readyReplicas >= replicas ? [] : [`${name}: ${readyReplicas} of ${replicas} ready`];
    }),
  );
  return judged(problems.flat(), "proxies and the service that counts quotas are ready");
}

/** @returns none for a stack without a gateway */
export function gatewayChecks(target: Target, prometheus: Prometheus, now = new Date()): Check[] {
  const { gateway } = target.wanted.config;
  if (gateway === undefined) return [];
  const { namespace, host } = gateway;
  const subject = target.wanted.stack;
  const certificate = async (): Promise<Verdict> => {
    const name = secretOf(gatewayObjectsOf(target).find(({ kind }) => kind === "Gateway"));
    if (name === undefined) throw new Skip("the Gateway names no certificate");
    return judgeCertificate(await target.secret(name, "tls.crt", "the gateway's certificate"), host, now);
  };
  return [
    { name: "gateway", subject, next: target.kubectl("get gateway,httproute -o wide"), run: () => objects(target) },
    {
      name: "proxies",
      subject,
      next: target.kubectl("get pods -o wide", namespace),
      run: () => ready(target, namespace),
    },
    { name: "certificate", subject, next: target.kubectl("get certificate,secret"), run: certificate },
    {
      name: "usage",
      subject,
      next: target.kubectl("get podmonitor -o yaml", namespace),
      run: () => series(target, namespace, prometheus),
    },
  ];
}
