/**
 * A Kubernetes cluster as whoever applies manifests sees it.
 *
 * Requests go out as they are: the client library's own methods drop fields that they do not know, and to refuse those is
 * the API server's part.
 */
import { Agent, request, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { ContractError, error } from "../../components/contract/problems.js";

/** Any Kubernetes object. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    resourceVersion?: string;
    uid?: string;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string }[];
  };
  [field: string]: unknown;
}

/** Which object. */
export type Reference = Pick<KubernetesObject, "apiVersion" | "kind"> & {
  metadata: { name: string; namespace?: string };
};

/** The API server refused. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    what: string,
    message: string,
  ) {
    super(`${what}: ${message} (HTTP ${status})`);
    this.name = "ApiError";
  }
}

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** Who has set the fields, as the API server keeps it. */
const FIELD_MANAGER = "pulumi-vllm-local";
const SOCKETS = 16;
const REQUEST_TIMEOUT_MS = 60_000;
const BUSY_ATTEMPTS = 10;

/** `Deployment vllm/chat-r1`. */
export function describe({ kind, metadata: { name, namespace } }: Reference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Path of an API version: the core group has one of its own. */
function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

export class Cluster {
  /** What the API server warned of, such as deprecated versions. */
  readonly warnings = new Set<string>();
  readonly config = new KubeConfig();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  private readonly resources = new Map<string, Promise<ApiResource[]>>();

  /**
   * @param kubeconfig path
   * @param context of the kubeconfig; its current one unless said
   * @throws ContractError when it cannot be read, or has no such context
   */
  constructor(kubeconfig: string, context?: string) {
    try {
      this.config.loadFromFile(kubeconfig);
    } catch (thrown) {
      throw new ContractError([error(kubeconfig, `is no kubeconfig: ${(thrown as Error).message}`)]);
    }
    if (context !== undefined) this.config.setCurrentContext(context);
    const current = this.config.getCurrentCluster();
    if (current === null) {
      const known = this.config.getContexts().map(({ name }) => name);
      throw new ContractError([
        error(
          kubeconfig,
          `has no context ${JSON.stringify(this.config.getCurrentContext())}: use ${known.join(", ") || "another file"}`,
        ),
      ]);
    }
    if (!current.server.startsWith("https://")) {
      throw new ContractError([
        error(kubeconfig, `its cluster ${current.name} is at ${current.server}: use one by https`),
      ]);
    }
  }

  get server(): string {
    return this.config.getCurrentCluster()!.server;
  }

  /** Closes connections that are kept open, so that the process may end. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends a request; `undefined` for 404. */
  async call(
    method: string,
    path: string,
    {
      body,
      type = "application/json",
      what = `${method} ${path}`,
    }: { body?: unknown; type?: string; what?: string } = {},
  ): Promise<KubernetesObject | undefined> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Accept: "application/json",
      // Said for DELETE, whose body Node would else send without its length.
      ...(text !== undefined && { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }),
    };
    const options: RequestOptions = { method, headers };
    await this.config.applyToHTTPSOptions(options);
    options.agent = this.agent;
    const answer = await sendPatiently(new URL(this.server + path), options, text);
    for (const warning of answer.warnings) this.warnings.add(warning);
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) throw new ApiError(answer.status, what, messageOf(answer.text));
    return JSON.parse(answer.text) as KubernetesObject;
  }

  /** The resources of an API version; asked for again while it is not known, since a CRD may be new. */
  private async resource({ apiVersion, kind }: Pick<Reference, "apiVersion" | "kind">): Promise<ApiResource> {
    let known = this.resources.get(apiVersion);
    if (known === undefined) {
      known = this.call("GET", rootOf(apiVersion)).then((list) => (list?.["resources"] ?? []) as ApiResource[]);
      this.resources.set(apiVersion, known);
      // An API server that is only starting is asked again.
      known.catch(() => this.resources.delete(apiVersion));
    }
    const found = (await known).find((resource) => resource.kind === kind && !resource.name.includes("/"));
    if (found !== undefined) return found;
    this.resources.delete(apiVersion);
    throw new ApiError(404, kind, `the cluster knows no kind ${kind} in ${apiVersion}`);
  }

  /** Path of a kind's objects, or of one of them. */
  private async path(kind: Pick<Reference, "apiVersion" | "kind">, namespace?: string, name?: string): Promise<string> {
    const { name: plural, namespaced } = await this.resource(kind);
    const scope = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
    return `${rootOf(kind.apiVersion)}${scope}/${plural}${name === undefined ? "" : `/${name}`}`;
  }

  /** Server-side apply with strict field validation: a field that Kubernetes does not know is an error. */
  async apply(object: KubernetesObject): Promise<KubernetesObject> {
    const { name, namespace } = object.metadata;
    const path = await this.path(object, namespace ?? "default", name);
    const query = new URLSearchParams({ fieldManager: FIELD_MANAGER, force: "true", fieldValidation: "Strict" });
    const what = describe(object);
    const applied = await this.call("PATCH", `${path}?${query.toString()}`, {
      body: object,
      type: "application/apply-patch+yaml",
      what,
    });
    if (applied === undefined) throw new ApiError(404, what, `there is no namespace ${namespace ?? "default"}`);
    return applied;
  }

  async create(object: KubernetesObject): Promise<KubernetesObject> {
    const path = await this.path(object, object.metadata.namespace ?? "default");
    const what = describe(object);
    const created = await this.call("POST", `${path}?fieldValidation=Strict`, { body: object, what });
    if (created === undefined) throw new ApiError(404, what, "there is no such namespace");
    return created;
  }

  async get<T = KubernetesObject>(reference: Reference): Promise<T | undefined> {
    const { name, namespace } = reference.metadata;
    return (await this.call("GET", await this.path(reference, namespace ?? "default", name))) as T | undefined;
  }

  /** Objects of a kind, of all namespaces unless said. */
  async list<T = KubernetesObject>(
    apiVersion: string,
    kind: string,
    { namespace, labels }: { namespace?: string; labels?: Readonly<Record<string, string>> } = {},
  ): Promise<T[]> {
    const selector = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
    const query = selector.length === 0 ? "" : `?labelSelector=${encodeURIComponent(selector.join(","))}`;
    const found = await this.call("GET", (await this.path({ apiVersion, kind }, namespace)) + query);
    return ((found?.["items"] ?? []) as T[]).map((item) => ({ ...item, apiVersion, kind }));
  }

  /** Deletes it, if it is there; its dependents follow. */
  async remove(reference: Reference, graceSeconds?: number): Promise<void> {
    const { name, namespace } = reference.metadata;
    const path = await this.path(reference, namespace ?? "default", name);
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: "Background",
      ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
    };
    await this.call("DELETE", path, { body, what: describe(reference) });
  }

  /** A merge patch, as `kubectl patch --type merge` sends it. */
  async patch(reference: Reference, changes: object, subresource?: string): Promise<KubernetesObject> {
    const { name, namespace } = reference.metadata;
    const object = await this.path(reference, namespace ?? "default", name);
    const path = subresource === undefined ? object : `${object}/${subresource}`;
    const what = describe(reference);
    const patched = await this.call("PATCH", path, { body: changes, type: "application/merge-patch+json", what });
    if (patched === undefined) throw new ApiError(404, what, "is not there");
    return patched;
  }
}

interface Answer {
  status: number;
  text: string;
  /** Seconds after which to ask again, where the server says so. */
  retryAfter?: number;
  warnings: string[];
}

/** Asks again when the server says that it is only busy, such as with the storage of a new kind. */
async function sendPatiently(url: URL, options: RequestOptions, body: string | undefined): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(url, options, body);
    const again = answer.status === 429 && options.method !== "POST" && attempt < BUSY_ATTEMPTS;
    if (!again || answer.retryAfter === undefined) return answer;
    await sleep(answer.retryAfter * 1000);
  }
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<Answer> {
  return new Promise((done, failed) => {
    const call = request(url, { ...options, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () =>
        done({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          ...(response.headers["retry-after"] !== undefined && { retryAfter: Number(response.headers["retry-after"]) }),
          // `299 - "text"`, one a header line.
          warnings: [...(response.headers["warning"] ?? "").matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
            text!.replace(/\\(["\\])/g, "$1"),
          ),
        }),
      );
    });
    call.on("timeout", () => call.destroy(new Error(`no answer from ${url.host} in ${REQUEST_TIMEOUT_MS / 1000} s`)));
    call.on("error", ({ message }) =>
      failed(new ContractError([error(url.origin, `the cluster cannot be reached: ${message}`)])),
    );
    call.end(body);
  });
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
