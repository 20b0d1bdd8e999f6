/**
 * What the admission program decides by. The object is the `filterContext` of the EnvoyExtensionPolicy: Envoy takes it with the routes, so a
 * change of tenants or models closes no connection; the program keeps it once a worker, by its version.
 */
import { createHash } from "node:crypto";
import type { Need } from "../../contract/gateway/routing.js";

/** A limit as Envoy's rate limit filter reads it from dynamic metadata (`limit.fromMetadata` of a BackendTrafficPolicy). */
export interface MetadataLimit {
  requests_per_unit: number;
  unit: "SECOND" | "MINUTE" | "HOUR" | "DAY";
}

/** A tenant, as the program sees it. */
export interface AdmittedTenant {
  /** Keys of the models that it may use. */
  models: string[];
  /** Tier of its requests. @default none: only ways without a tier hold */
  tier?: string;
  /** Tiers that its clients may ask for by `x-tier`. @default none */
  tiers?: string[];
  /** Priority put into the body for models with `usesPriority`. */
  priority: number;
  /** Whether `x-release` is heard. @default false */
  mayChooseRelease?: boolean;
  /** Whether it has a circuit breaker of its own, whose overflow is told as 429 and not 503. @default false */
  concurrency?: boolean;
  /** Limits by metadata key, written to the request's metadata as they are. @default none */
  limits?: Record<string, MetadataLimit>;
}

/** What a name that clients send leads to: a served name or an adapter. */
export interface AdmittedName {
  /** Key of the model. */
  model: string;
  /** Whether the engine has to see the name itself, as with adapters; else the body's model becomes the model's `rewrite`. @default false */
  keep?: boolean;
}

/** A way of an alias; the first that holds is taken. */
export interface AdmittedWay {
  /** Key of the model. */
  model: string;
  tier?: string;
  needs?: Need[];
  /** Bytes of the body from which the way holds. */
  overBytes?: number;
}

/** Price in millionths of a dollar a million tokens, whole numbers. */
export interface AdmittedPrice {
  input: number;
  output: number;
}

/** A model and its bounds. */
export interface AdmittedModel {
  /** Traffic class, for logs and series. */
  class: string;
  /** Paths of CLIENT_PATHS that it answers. */
  paths: string[];
  /** Name that the body's `model` becomes; "" lets the engine take its own model, whichever release or fallback answers. */
  rewrite: string;
  /** Longest context in tokens, shown in `/v1/models`. */
  context: number;
  /** Most bytes of a body. */
  promptBytes: number;
  /** Most completion tokens that a request may ask for. */
  maxTokens: number;
  /** Completion tokens of a request that names none. @default none is written */
  defaultMaxTokens?: number;
  /** Most of `n` and `best_of`. */
  choices: number;
  /** Most stop sequences. */
  stopSequences: number;
  /** Parameters that are refused beside REFUSED_PARAMETERS. */
  unsupported: string[];
  /** What the model cannot do; a request that needs it is refused with 400. @default nothing is refused */
  lacks?: Need[];
  /** Whether the engine schedules by priority, so that the tenant's is put into the body. @default false */
  usesPriority?: boolean;
  /** @default 0 for both */
  price?: AdmittedPrice;
  /** Retry-After of its 503. */
  retryAfterSeconds: number;
  /** Releases that `x-release` may name. */
  releases: string[];
}

/** Everything that the program decides by. */
export interface AdmissionTable {
  tenants: Record<string, AdmittedTenant>;
  /** Tokens' claim → tenant, for the header x-vllm-subject (GATEWAY_HEADERS.subject); exact, so that a dot in a subject names nobody else. @default none */
  subjects?: Record<string, string>;
  names: Record<string, AdmittedName>;
  aliases: Record<string, AdmittedWay[]>;
  models: Record<string, AdmittedModel>;
}

/** The `filterContext`: the table as JSON text and its version. */
export interface AdmissionContext {
  version: string;
  table: string;
}

/**
 * @returns the `filterContext` that carries the table. Text and not an object: Envoy would turn an object into a Lua table at every request.
 */
export function admissionContext(table: AdmissionTable): AdmissionContext {
  const text = JSON.stringify(table);
  return { version: createHash("sha256").update(text).digest("hex").slice(0, 16), table: text };
}
