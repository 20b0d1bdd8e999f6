/**
 * A client of a Kubernetes cluster that applies manifests.
 *
 * Requests are sent as they are: the client library's own methods drop unknown fields, and the API server has to see them to
 * refuse them.
 */
import { Agent, type RequestOptions } from "node:https";
import { delimiter } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { error } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import {
  ApiError,
  describe,
  type FieldsOwner,
  isConflict,
  type Kind,
  type KubernetesObject,
  type Reference,
} from "./objects.js";
import { messageOf, sendPatiently } from "./request.js";

export { ApiError, describe, isConflict, type Kind, type KubernetesObject, type Reference } from "./objects.js";

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
  verbs?: string[];
}

/** Who has set the fields, as the API server keeps it. */
const FIELD_MANAGER = "pulumi-vllm-local";
const SOCKETS = 16;
/** Controllers write into a new object while it is made: each time it has to be read again. */
const CONFLICT_ATTEMPTS = 10;

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
   * @param kubeconfig path, or several as the variable KUBECONFIG has them
   * @param context of the kubeconfig; default: its current one
   * @throws BadInput when it cannot be read, or has no such context
   */
  constructor(kubeconfig: string, context?: string) {
    try {
      const [first = "", ...others] = kubeconfig.split(delimiter).filter((path) => path !== "");
      this.config.loadFromFile(first);
      for (const path of others) {
        const other = new KubeConfig();
        other.loadFromFile(path);
        // The first one says which context is current.
        this.config.mergeConfig(other, true);
      }
    } catch (thrown) {
      // The first line alone: those after it show the file, and with it keys and tokens.
      const [why] = (thrown as Error).message.split("\n");
      throw new BadInput([error(kubeconfig, `is no kubeconfig: ${why}`)]);
    }
    if (context !== undefined) this.config.setCurrentContext(context);
    const current = this.config.getCurrentCluster();
    if (current === null) {
      const known = this.config.getContexts().map(({ name }) => name);
      throw new BadInput([
        error(
          kubeconfig,
          `has no context ${JSON.stringify(this.config.getCurrentContext())}: use ${known.join(", ") || "another file"}`,
        ),
      ]);
    }
    if (!current.server.startsWith("https://")) {
      throw new BadInput([error(kubeconfig, `its cluster ${current.name} is at ${current.server}: use one by https`)]);
    }
  }

  get server(): string {
    return this.config.getCurrentCluster()!.server;
  }

  /** Closes open connections, so that the process can end. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends a request; `undefined` for 404. */
  async call(
    method: string,
    path: string,
    { what = `${method} ${path}`, ...sent }: { body?: unknown; type?: string; what?: string } = {},
  ): Promise<KubernetesObject | undefined> {
    const text = await this.send(method, path, what, sent);
    return text === undefined ? undefined : (JSON.parse(text) as KubernetesObject);
  }

  /** Reads what is no object, such as a log; `undefined` for 404. */
  text(path: string, what: string): Promise<string | undefined> {
    return this.send("GET", path, what, { accept: "*/*" });
  }

  private async send(
    method: string,
    path: string,
    what: string,
    {
      body,
      type = "application/json",
      accept = "application/json",
    }: { body?: unknown; type?: string; accept?: string },
  ): Promise<string | undefined> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Accept: accept,
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
    return answer.text;
  }

  /** The resources of an API version; asked for again while it is not known, since a CRD may be new. */
  private async resource({ apiVersion, kind }: Pick<Reference, "apiVersion" | "kind">): Promise<ApiResource> {
    let known = this.resources.get(apiVersion);
    const isFresh = known === undefined;
    if (known === undefined) {
      known = this.call("GET", rootOf(apiVersion)).then((list) => (list?.["resources"] ?? []) as ApiResource[]);
      this.resources.set(apiVersion, known);
      // An API server that is only starting is asked again.
      known.catch(() => this.resources.delete(apiVersion));
    }
    const found = (await known).find((resource) => resource.kind === kind && !resource.name.includes("/"));
    if (found !== undefined) return found;
    this.resources.delete(apiVersion);
    if (!isFresh) return this.resource({ apiVersion, kind });
    throw new ApiError(404, kind, `the cluster knows no kind ${kind} in ${apiVersion}`);
  }

  /** Every kind that the cluster keeps objects of, each in its preferred version, and API versions that do not answer. */
  async kinds(): Promise<{ kinds: Kind[]; silent: string[] }> {
    const core = (await this.call("GET", "/api")) as { versions?: string[] } | undefined;
    const groups = (await this.call("GET", "/apis")) as
      { groups?: { preferredVersion: { groupVersion: string } }[] } | undefined;
    const preferred = (groups?.groups ?? []).map(({ preferredVersion }) => preferredVersion.groupVersion);
    const silent: string[] = [];
    const resources = async (apiVersion: string): Promise<ApiResource[]> => {
      try {
        return ((await this.call("GET", rootOf(apiVersion)))?.["resources"] ?? []) as ApiResource[];
      } catch (thrown) {
        // A program that serves a part of the API may be down.
        if (!(thrown instanceof ApiError)) throw thrown;
        silent.push(apiVersion);
        return [];
      }
    };
    const found = await Promise.all(
      [...(core?.versions ?? []), ...preferred].map(async (apiVersion) =>
        (await resources(apiVersion))
          .filter(({ name, verbs = [] }) => !name.includes("/") && verbs.includes("list") && verbs.includes("delete"))
          .map(({ kind, namespaced }) => ({ apiVersion, kind, namespaced })),
      ),
    );
    return { kinds: found.flat(), silent: silent.sort() };
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

  /** @throws ApiError of status 409 when there is one of that name */
  async create(object: KubernetesObject, fieldManager?: string): Promise<KubernetesObject> {
    const path = await this.path(object, object.metadata.namespace ?? "default");
    const query = new URLSearchParams({ fieldValidation: "Strict", ...(fieldManager && { fieldManager }) });
    const what = describe(object);
    const created = await this.call("POST", `${path}?${query.toString()}`, { body: object, what });
    if (created === undefined) throw new ApiError(404, what, "there is no such namespace");
    return created;
  }

  /**
   * Creates an object, and has its fields belong to us as if it had been applied.
   *
   * Server-side apply alone would change an object of that name that is somebody else's.
   *
   * @throws ApiError of status 409 when there is one of that name
   */
  async make(object: KubernetesObject): Promise<KubernetesObject> {
    let made: KubernetesObject | undefined = await this.create(object, FIELD_MANAGER);
    for (let attempt = 1; made !== undefined; attempt += 1) {
      try {
        return await this.applyOver(made, object);
      } catch (thrown) {
        if (!isConflict(thrown) || attempt === CONFLICT_ATTEMPTS) throw thrown;
        made = await this.get(object);
      }
    }
    throw new ApiError(404, describe(object), "somebody has deleted it meanwhile");
  }

  /**
   * Applies over the object that was read, and over no other one.
   *
   * @throws ApiError of status 409 when it is another one by now, or not as it was
   */
  async applyOver(old: KubernetesObject, object: KubernetesObject): Promise<KubernetesObject> {
    const { uid, managedFields = [] } = old.metadata;
    let { resourceVersion } = old.metadata;
    const created = ({ manager, operation, subresource }: FieldsOwner) =>
      manager === FIELD_MANAGER && operation === "Update" && subresource === undefined;
    if (managedFields.some(created)) {
      // As client-go's csaupgrade does. Otherwise a field that was created, and that later applies leave out, would never go.
      const owners = managedFields.map((owner) => (created(owner) ? { ...owner, operation: "Apply" } : owner));
      const changed = await this.patch(old, { metadata: { uid, resourceVersion, managedFields: owners } });
      resourceVersion = changed.metadata.resourceVersion;
    }
    const precondition = { uid: uid!, resourceVersion: resourceVersion! };
    return this.apply({ ...object, metadata: { ...object.metadata, ...precondition } });
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

  /**
   * Deletes it, if it is there; its dependents follow, or go first if the propagation is Foreground.
   *
   * @param preconditions what it has to be still
   * @throws ApiError of status 409 when it is another one by now
   */
  async remove(
    reference: Reference,
    graceSeconds?: number,
    preconditions?: { uid?: string; resourceVersion?: string },
    propagationPolicy: "Background" | "Foreground" = "Background",
  ): Promise<void> {
    const { name, namespace } = reference.metadata;
    const path = await this.path(reference, namespace ?? "default", name);
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy,
      ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
      ...(preconditions !== undefined && { preconditions }),
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
