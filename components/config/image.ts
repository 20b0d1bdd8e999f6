/**
 * Container image references, as the OCI distribution project's grammar defines them:
 * https://github.com/distribution/reference/blob/main/reference.go
 */

/** The parts of an image reference. */
export interface ImageReference {
  /** `docker.io` when the reference names none. */
  registry: string;
  /** With Docker Hub's implied `library/`: `library/nginx` for `nginx`. */
  repository: string;
  tag?: string;
  /** `sha256:…` */
  digest?: string;
}

/** What an image reference is pinned by, strongest last. */
export type Pin = "none" | "tag" | "digest";

const HOST = String.raw`(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const PATH_COMPONENT = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const REFERENCE = new RegExp(
  `^(?<name>(?:${HOST}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*)` +
    String.raw`(?::(?<tag>[\w][\w.-]{0,127}))?` +
    String.raw`(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

/** The longest name a registry has to accept. */
const MAX_NAME_LENGTH = 255;
const SHA256_DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Tags that are moved by habit: they name a channel, not a version. */
const MOVING_TAG =
  /^(latest|nightly|edge|main|master|stable|dev|devel|canary|head|current|cuda|cpu|rocm)$|(^|[-_.])(latest|nightly)($|[-_.])/i;
/** What the image is built on or for, whose number is no version of its own: `cu129`, `py3.12`, `ubuntu22.04`. */
const PLATFORM =
  /(?<=^|[-_.])(cu|cuda|cudnn|rocm|cann|py|python|ubuntu|debian|ubi|rhel|el|alpine|sm|gfx|mi)-?\d+(\.\d+)*(?=$|[-_.])/gi;
/** A commit in full names one build even in a channel: `nightly-<commit>`. */
const COMMIT = /(^|[-_.])[0-9a-f]{40}($|[-_.])/;
/**
 * A version to its last part, a date, a build's number, or the beginning of a commit. `v0` and `v0.30` move to the newest release
 * under them, as 2.5 from 2.5.6 to 2.5.7: https://github.com/docker-library/faq#what-do-you-mean-by-supported, read 2026-11-26.
 */
const VERSION =
  /\d+\.\d+\.\d+|(?<!\d)20\d\d-?[01]\d-?[0-3]\d|(?<!\d)\d{4,}(?!\d)|(^|[-_.g])(?=[a-f]*\d)[0-9a-f]{7,40}($|[-_.])/;
/** Year and month, as NVIDIA and others count: `26.02-py3`. Docker Hub's official images move theirs, such as `ubuntu:24.04`. */
const YEAR_AND_MONTH = /(?<![\d.])2\d\.(0[1-9]|1[0-2])(?![\d.])/;
const OFFICIAL = /^library\//;
/** Registries where no tag is moved ("tag moves are not supported"): an error of the promoter, https://github.com/kubernetes-sigs/promo-tools, read 2026-11-26. */
const IMMUTABLE_REGISTRIES = ["registry.k8s.io"];

/**
 * Parses an image reference.
 *
 * @returns its parts, or `undefined` when `text` is no legal reference
 */
export function parseImage(text: string): ImageReference | undefined {
  const groups = REFERENCE.exec(text)?.groups;
  const name = groups?.["name"];
  if (groups === undefined || name === undefined || name.length > MAX_NAME_LENGTH) return undefined;
  const digest = groups["digest"];
  if (digest?.startsWith("sha256:") && !SHA256_DIGEST.test(digest)) return undefined;

  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  // Docker's rule: the first component is a host only if it could not be a path component of Docker Hub.
  const isHost = /[.:A-Z[]/.test(first) || first === "localhost";
  const registry = isHost ? first : "docker.io";
  const path = isHost ? name.slice(slash + 1) : name;
  if (!new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`).test(path)) return undefined;
  const repository = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  const tag = groups["tag"];
  return { registry, repository, ...(tag && { tag }), ...(digest && { digest }) };
}

/** True when the tag names one version: not absent, no channel, and not the beginning of a version. */
export function hasVersionTag({ registry, repository, tag }: ImageReference): boolean {
  if (tag === undefined) return false;
  if (COMMIT.test(tag)) return true;
  if (MOVING_TAG.test(tag)) return false;
  if (IMMUTABLE_REGISTRIES.includes(registry) && /\d/.test(tag)) return true;
  const own = tag.replace(PLATFORM, "");
  return VERSION.test(own) || (YEAR_AND_MONTH.test(own) && !OFFICIAL.test(repository));
}

/** What the image is pinned by: its digest, else a version tag, else nothing. */
export function pinOf(image: ImageReference): Pin {
  if (image.digest !== undefined) return "digest";
  return hasVersionTag(image) ? "tag" : "none";
}

/** vLLM's own images and their mirrors, such as vllm-openai and vllm-openai-cpu: others count versions of their own. */
const VLLM_REPOSITORY = /(^|\/)vllm-(openai|cpu)(-[a-z0-9]+)*$/;
/** LMCache's tags are its own versions: v0.5.4 has vLLM 0.27.1 (https://github.com/LMCache/LMCache/issues/5101, not read here). */
const OTHER_VERSIONS = /(^|\/)lmcache\//;

/**
 * The vLLM version that an image's tag names: `0.30.0` for `vllm/vllm-openai:v0.30.0` and `:v0.30.0-cu129`.
 *
 * @returns `undefined` when the tag names none, and for images whose tags are not known to be vLLM's versions
 */
export function vllmVersionOf(image: ImageReference): string | undefined {
  if (!VLLM_REPOSITORY.test(image.repository) || OTHER_VERSIONS.test(image.repository)) return undefined;
  return /^v?(\d+\.\d+\.\d+(?:\.?(?:rc|post)\d+)?)(?:[-_.+].*)?$/.exec(image.tag ?? "")?.[1];
}
