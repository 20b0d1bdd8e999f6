/** Checks of what a release loads beside its flags: sources, a draft, adapters, and how the cache brings them. */
import { parseImage, pinOf } from "../config/image.js";
import { joinPath } from "../config/parse.js";
import { entriesOf, given, isWrong, type Parts, type Wrong } from "../config/parts.js";
import { error, type Problem, quote } from "../config/problems.js";
import type { ReleaseConfig } from "../contract/schema.js";
import type { Source } from "../contract/source.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { Artifact } from "../derive/weights/artifacts.js";
import { deliveryOf } from "../derive/weights/delivery.js";
import { decoded } from "../facts/vllm/jsonValues.js";

type Flag = ReleaseConfig["flags"][string];

/** @param path the release's, such as `vllm:models.chat.releases.r1` */
export function checkWeights(config: Parts<ReleaseConfig>, plan: Parts<RuntimePlan>, path: string): Problem[] {
  const { model, draft, adapters } = config;
  return [
    ...checkImageSource(model.source, model.revision, `${path}.model`),
    ...checkImageSource(model.tokenizerSource, model.tokenizerRevision, `${path}.model`, "tokenizer"),
    ...(draft === undefined ? [] : checkImageSource(draft.source, draft.revision, `${path}.draft`)),
    ...entriesOf(adapters).flatMap(([name, adapter]) =>
      checkImageSource(adapter.source, adapter.revision, joinPath(`${path}.adapters`, [name])),
    ),
    // A draft that is wrong is a draft, too.
    ...given([flagOf(config, "speculative-config")], (flag) =>
      draft === undefined ? [] : checkDraftFlag(flag?.value, path),
    ),
    ...given([flagOf(config, "enable-lora"), flagOf(config, "lora-modules"), adapters], (enabling, modules, stated) =>
      stated === undefined || Object.keys(stated).length === 0 ? [] : checkAdapterFlags(enabling, modules, path),
    ),
    ...given([plan.artifacts], (artifacts) =>
      artifacts.flatMap((artifact) => checkDelivery(artifact, plan.cache as RuntimePlan["cache"], path)),
    ),
  ];
}

/** One flag, whatever is wrong with others. */
function flagOf({ flags }: Parts<ReleaseConfig>, name: string): Parts<Flag | undefined> | Wrong {
  return isWrong(flags) ? flags : flags[name];
}

/** An image is its own revision, so that contract, labels and metrics say which it is. */
function checkImageSource(
  source: Parts<Source | undefined>,
  revision: Parts<string | undefined>,
  path: string,
  what?: "tokenizer",
): Problem[] {
  if (source === undefined) return [];
  const [sourceKey, revisionKey] = what === undefined ? ["source", "revision"] : [`${what}Source`, `${what}Revision`];
  return given([source.image], (reference) => {
    if (reference === undefined) return [];
    const image = parseImage(reference);
    const at = `${path}.${sourceKey}.image`;
    if (image === undefined) return [error(at, `${quote(reference)} is not an image: use name:tag@sha256:…`)];
    if (pinOf(image) !== "digest") {
      return [error(at, `${quote(reference)} has no digest: files that are served have to be pinned by sha256`)];
    }
    const digits = image.digest!.replace("sha256:", "").slice(0, 40);
    if (isWrong(revision) || revision === digits) return [];
    return [
      error(`${path}.${revisionKey}`, `${quote(revision)} is not the image's: use the start of its digest, ${digits}`),
    ];
  });
}

const DRAFTING = "such as { method: eagle3, num_speculative_tokens: 3 }";

function checkDraftFlag(value: unknown, path: string): Problem[] {
  if (value === undefined) {
    return [error(`${path}.draft`, `nothing uses it: set flags.speculative-config to how it drafts, ${DRAFTING}`)];
  }
  const at = `${path}.flags.speculative-config.value`;
  const config = decoded(value);
  if (config === null || typeof config !== "object" || Array.isArray(config)) {
    return [error(at, `${quote(value)} does not say how the draft is used: give an object, ${DRAFTING}`)];
  }
  const { method } = config as Record<string, unknown>;
  return [
    ...["model", "revision"]
      .filter((key) => key in config)
      .map((key) => error(`${at}.${key}`, "is said by draft already: leave it out here")),
    ...(method === undefined || typeof method === "string"
      ? []
      : [error(`${at}.method`, `${quote(method)} is no method: use a name, such as eagle3, or leave it out`)]),
  ];
}

function checkAdapterFlags(enabling: Flag | undefined, modules: Flag | undefined, path: string): Problem[] {
  const problems: Problem[] = [];
  if (enabling?.value !== true) {
    const fix = "set flags.enable-lora, and max-lora-rank to the largest rank among them";
    problems.push(error(`${path}.adapters`, `vLLM loads no adapters without enable-lora: ${fix}`));
  }
  if (modules !== undefined) {
    problems.push(error(`${path}.flags.lora-modules`, "names adapters beside those of adapters: list them all there"));
  }
  return problems;
}

const NEEDS_CACHE = "set vllm:cache, which fetches it once";

function checkDelivery(artifact: Artifact, cache: RuntimePlan["cache"], path: string): Problem[] {
  const { use, source, name } = artifact;
  const delivery = deliveryOf(artifact, cache);
  if (delivery === "stream" && (use === "draft" || use === "adapter")) {
    const at = use === "draft" ? `${path}.draft` : joinPath(`${path}.adapters`, [name]);
    return [error(at, "the streamer of vllm:cache (read: stream) loads models alone: use read: mountpoint")];
  }
  if (delivery !== "download") return [];
  if (source?.s3 !== undefined) {
    return [error(sourceKeyOf(artifact, path), `vLLM does not read a bucket's files at each start: ${NEEDS_CACHE}`)];
  }
  if (use !== "adapter") return [];
  const message = `vLLM would take an adapter of the hub from its main branch: ${NEEDS_CACHE}, or give a source`;
  return [error(joinPath(`${path}.adapters`, [name]), message)];
}

function sourceKeyOf({ use, name }: Artifact, path: string): string {
  switch (use) {
    case "model":
      return `${path}.model.source`;
    case "tokenizer":
      return `${path}.model.tokenizerSource`;
    case "draft":
      return `${path}.draft.source`;
    case "adapter":
      return `${joinPath(`${path}.adapters`, [name])}.source`;
  }
}
