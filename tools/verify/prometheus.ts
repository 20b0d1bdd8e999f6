/** The Prometheus of a stack: by its URL, or in the cluster by a forwarded port of the pod behind its Service. */
import { error } from "../../components/config/problems.js";
import { secretKeyOf } from "../../components/config/secretRef.js";
import { namespaceOf } from "../../components/derive/access.js";
import { podServer, type Server, urlServer } from "../cluster/http.js";
import { BadInput, Failure } from "../failure.js";
import { describe } from "../local/client.js";
import { Skip } from "./check.js";
import { isReady, type Pod, type ScaledObject, type Service } from "./objects.js";
import type { Target } from "./target.js";

export interface Series {
  metric: Record<string, string>;
  value: [time: number, value: string];
}

export interface RuleGroup {
  name: string;
  /** The operator's, `…/<namespace>-<name>-<uid>.yaml`. */
  file: string;
  rules: { name: string; health: string; lastError?: string }[];
}

/** Variable with a bearer token for `--prometheus`. */
export const TOKEN_VARIABLE = "PROMETHEUS_TOKEN";

export class Prometheus {
  private found: Promise<Server> | undefined;
  private loaded: Promise<RuleGroup[]> | undefined;
  private readonly answers = new Map<string, Promise<Series[]>>();

  /** @param given by the call, in place of the stack's own @param token for that */
  constructor(
    private readonly target: Target,
    private readonly given: URL | undefined,
    private readonly token: string | undefined,
  ) {}

  /** What is asked twice is answered once: checks of all releases look at the same moment. */
  query(query: string): Promise<Series[]> {
    const known = this.answers.get(query) ?? this.evaluated(query);
    this.answers.set(query, known);
    return known;
  }

  private async evaluated(query: string): Promise<Series[]> {
    this.found ??= this.server();
    return queried(await this.found, query);
  }

  rules(): Promise<RuleGroup[]> {
    this.loaded ??= this.readRules();
    return this.loaded;
  }

  private async readRules(): Promise<RuleGroup[]> {
    const { groups } = (await this.asked("/api/v1/rules")) as { groups?: RuleGroup[] };
    return Array.isArray(groups) ? groups : [];
  }

  /** Data of an answer of its HTTP API. @param path with its query */
  async asked(path: string): Promise<object> {
    this.found ??= this.server();
    return dataOf(await this.found, path);
  }

  private async server(): Promise<Server> {
    const { target } = this;
    if (this.given !== undefined) {
      const { token } = this;
      return urlServer(this.given, token === undefined ? {} : { Authorization: `Bearer ${token}` }, target.seconds);
    }
    const url = ownUrl(target);
    const headers = await this.credentials();
    const namespace = namespaceOf(url.hostname, target.namespace);
    if (namespace === undefined) return urlServer(url, headers, target.seconds);
    if (url.protocol === "https:") {
      throw new Skip(`${url.origin} is in the cluster and asks for TLS: name one that can be reached by --prometheus`);
    }
    const port = await this.podBehind(url.hostname.split(".")[0]!, namespace, Number(url.port || "80"));
    const server = podServer(target.cluster, port, target.seconds);
    return (asking) =>
      server({
        ...asking,
        path: url.pathname.replace(/\/$/, "") + asking.path,
        headers: { ...headers, ...asking.headers },
      });
  }

  /** Headers by which the stack's own Prometheus knows KEDA. */
  private async credentials(): Promise<Record<string, string>> {
    const { authentication } = this.target.wanted.config.platform.prometheus;
    if (authentication === undefined) return {};
    const { bearer, basic, aws, tls } = authentication;
    const value = ({ name, key }: { name: string; key: string }): Promise<string> =>
      this.target.secret(name, key, "Prometheus' credentials");
    if (aws !== undefined || tls?.certificate !== undefined) {
      throw new Skip(
        "Prometheus asks for a signature or a client certificate: name one that can be reached by --prometheus",
      );
    }
    if (bearer !== undefined) return { Authorization: `Bearer ${await value(secretKeyOf(bearer))}` };
    if (basic === undefined) return {};
    const [user, password] = [await value(secretKeyOf(basic.username)), await value(secretKeyOf(basic.password))];
    return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  }

  private async podBehind(name: string, namespace: string, port: number) {
    const reference = { apiVersion: "v1", kind: "Service", metadata: { name, namespace } };
    const service = await this.target.get<Service>(reference);
    if (service === undefined) throw new Skip(`there is no ${describe(reference)}: name Prometheus by --prometheus`);
    const { selector, ports = [] } = service.spec;
    if (selector === undefined)
      throw new Skip(`${describe(reference)} leads to no pods: name Prometheus by --prometheus`);
    const pods = await this.target.list<Pod>("v1", "Pod", { namespace, labels: selector });
    const pod = pods.find(isReady);
    if (pod === undefined) throw new Failure(`no pod is Ready behind ${describe(reference)}`);
    const aimed = ports.find((one) => one.port === port)?.targetPort ?? port;
    return { namespace, pod: pod.metadata.name, port: typeof aimed === "number" ? aimed : namedPort(pod, aimed) };
  }
}

function namedPort(pod: Pod, name: string): number {
  const containers = pod.spec.containers as { ports?: { name?: string; containerPort: number }[] }[];
  const found = containers.flatMap(({ ports = [] }) => ports).find((port) => port.name === name);
  if (found === undefined) throw new Failure(`${describe(pod)} has no port ${name}`);
  return found.containerPort;
}

/** Where KEDA asks; where nothing is scaled, what the config says. */
function ownUrl({ wanted }: Target): URL {
  const scaled = wanted.releases
    .flatMap(({ objects }) => objects)
    .find(({ manifest }) => manifest.kind === "ScaledObject");
  const trigger = (scaled?.manifest as ScaledObject | undefined)?.spec.triggers.find(
    ({ name }) => name === "in-flight",
  );
  return new URL(trigger?.metadata["serverAddress"] ?? wanted.config.platform.prometheus.url);
}

/** @throws BadInput for a text that is no URL by http or https */
export function prometheusUrlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new BadInput([error("--prometheus", "is no URL: use one such as http://localhost:9090")]);
}

/** The series of an instant query. @throws Failure with what Prometheus says against it */
export async function queried(server: Server, query: string): Promise<Series[]> {
  const data = await dataOf(server, `/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  const { result } = data as { result?: Series[] };
  if (!Array.isArray(result)) throw new Failure(`Prometheus answers ${query} without a result`);
  return result;
}

/** @throws Failure for an answer that is none of Prometheus' good ones */
export async function dataOf(server: Server, path: string): Promise<object> {
  const { status, text } = await server({ path });
  const answer = answerOf(text);
  if (answer.status === "success" && answer.data !== undefined) return answer.data;
  throw new Failure(`Prometheus answers with ${status}: ${(answer.error ?? text).slice(0, 200)}`);
}

interface PrometheusAnswer {
  status?: string;
  data?: object;
  error?: string;
}

function answerOf(text: string): PrometheusAnswer {
  try {
    return JSON.parse(text) as PrometheusAnswer;
  } catch {
    return {};
  }
}
