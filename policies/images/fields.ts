/** Images in the fields of custom resources and of charts' values, whose names are much the same everywhere. */
import { type Fields, text } from "../read/values.js";

/** An image as far as one object states it. */
export interface StatedImage {
  /** The key whose text it is; absent where the object itself is the image. */
  key?: string;
  repository?: string;
  /** True where the repository's text may have a tag in it, so that none is none. */
  isReference: boolean;
  tag?: string;
  digest?: string;
}

/**
 * `image`, `initImage`, `image: { registry, repository, tag, digest }` of most charts; `repository` beside `tag`, and
 * `image: { registry, name }`, of vLLM's production stack; `repository`, `image` and `version` of NVIDIA's operators; `sha` of Grafana's
 * chart. Read in their charts and CRDs, 2026-11-26.
 */
const IMAGE = /(^i|I)mage$/;
const REGISTRY = ["registry", "imageRegistry"];
const REPOSITORY = ["repository", "repo", "name"];
const TAG = ["tag", "imageTag", "version"];
const DIGEST = ["digest", "sha"];

/** The images that an object is or has. @param name the key of the object */
export function imagesIn(object: Fields, name: string | undefined): StatedImage[] {
  const keys = Object.keys(object).filter((key) => IMAGE.test(key) && typeof object[key] === "string");
  const texts = keys.map((key) => ofText(object, key));
  const isImage = (name !== undefined && IMAGE.test(name)) || ["repository", "tag"].every((key) => key in object);
  return keys.length > 0 || !isImage ? texts : [ofObject(object)];
}

/** The reference, as far as it is stated; with no repository, one that has only its tag. */
export function referenceOf({ repository, tag, digest }: StatedImage): string {
  const pin = [...(tag === undefined ? [] : [`:${tag}`]), ...(digest === undefined ? [] : [`@${digest}`])].join("");
  return `${repository ?? "image"}${pin}`;
}

function ofText(object: Fields, key: string): StatedImage {
  const image = text(object[key]) ?? "";
  if (/[:@][^/]*$/.test(image)) return { key, repository: image, isReference: true };
  const parent = image.includes("/") ? undefined : first(object, ["repository"]);
  const tag = first(object, [`${key}Tag`, ...TAG]);
  const repository = parent === undefined ? image : `${parent}/${image}`;
  return { key, repository, isReference: tag === undefined, ...pinned(tag, first(object, DIGEST)) };
}

function ofObject(object: Fields): StatedImage {
  const registry = first(object, REGISTRY);
  const own = first(object, REPOSITORY);
  const repository = registry === undefined || own === undefined ? own : `${registry.replace(/\/$/, "")}/${own}`;
  const isReference = own !== undefined && /[:@][^/]*$/.test(own);
  return {
    ...(repository !== undefined && { repository }),
    isReference,
    ...(isReference ? {} : pinned(first(object, TAG), first(object, DIGEST))),
  };
}

function pinned(tag: string | undefined, digest: string | undefined): Pick<StatedImage, "tag" | "digest"> {
  // NVIDIA's operators take a digest as a version.
  const hash = digest ?? (tag?.startsWith("sha256:") === true ? tag : undefined);
  return {
    ...(tag !== undefined && tag !== hash && { tag }),
    ...(hash !== undefined && { digest: /^[0-9a-f]{64}$/.test(hash) ? `sha256:${hash}` : hash }),
  };
}

function first(object: Fields, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = object[key];
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}
