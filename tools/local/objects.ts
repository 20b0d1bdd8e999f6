/** Kubernetes objects of any kind, and the text of a refusal. */
import { Failure } from "../failure.js";

/** Who has set which fields of an object. */
export interface FieldsOwner {
  manager?: string;
  operation?: string;
  subresource?: string;
}

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
    ownerReferences?: { apiVersion?: string; kind: string; name: string; uid?: string }[];
    managedFields?: FieldsOwner[];
  };
  [field: string]: unknown;
}

/** Which object. */
export type Reference = Pick<KubernetesObject, "apiVersion" | "kind"> & {
  metadata: { name: string; namespace?: string };
};

/** The API server refused. */
export class ApiError extends Failure {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    what: string,
    message: string,
  ) {
    super(`${what}: ${message} (HTTP ${status})`);
  }
}

/** A kind that a cluster keeps objects of. */
export interface Kind {
  apiVersion: string;
  kind: string;
  namespaced: boolean;
}

/** Whether the API server refused because an object has changed or exists already. */
export function isConflict(thrown: unknown): boolean {
  return thrown instanceof ApiError && thrown.status === 409;
}

/** `Deployment vllm/chat-r1`. */
export function describe({ kind, metadata: { name, namespace } }: Reference): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
