/** Flags that decide how much memory vLLM needs, as the fit reads them. */
import { isWrong, type Parts } from "../../config/parts.js";
import type { Flags } from "../../contract/contract.js";
import { decoded, objectOf } from "../../facts/vllm/jsonValues.js";
import type { FitInput } from "../../fit/fit.js";

/** What these flags say to the fit. */
export type FitSettings = Pick<
  FitInput,
  | "isEager"
  | "isExpertParallel"
  | "blockTokens"
  | "isPrefixCached"
  | "isAsync"
  | "keepsWholeWindows"
  | "items"
  | "lora"
  | "draftTokens"
>;

const FIT_FLAGS = [
  "async-scheduling",
  "block-size",
  "disable-hybrid-kv-cache-manager",
  "enable-expert-parallel",
  "enable-lora",
  "enable-prefix-caching",
  "enforce-eager",
  "kv-cache-dtype",
  "language-model-only",
  "limit-mm-per-prompt",
  "max-lora-rank",
  "max-loras",
  "speculative-config",
] as const;

/** The flags that the fit reads, alone: others that are wrong say nothing of it. */
export function fitFlagsOf(flags: Parts<Flags>): Parts<Flags> {
  if (isWrong(flags)) return flags;
  return Object.fromEntries(FIT_FLAGS.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}

export function fitSettings(flags: Flags): FitSettings {
  const value = (name: (typeof FIT_FLAGS)[number]): unknown => decoded(flags[name]?.value);
  const flag = <Key extends keyof FitSettings>(key: Key, name: (typeof FIT_FLAGS)[number]): Partial<FitSettings> =>
    typeof value(name) === "boolean" ? { [key]: value(name) } : {};
  const blockTokens = count(value("block-size"));
  const items = itemsOf(value("limit-mm-per-prompt"), value("language-model-only") === true);
  const draftTokens = count(objectOf(value("speculative-config"))["num_speculative_tokens"]);
  return {
    ...flag("isEager", "enforce-eager"),
    ...flag("isExpertParallel", "enable-expert-parallel"),
    ...flag("isPrefixCached", "enable-prefix-caching"),
    ...flag("isAsync", "async-scheduling"),
    ...flag("keepsWholeWindows", "disable-hybrid-kv-cache-manager"),
    ...(blockTokens !== undefined && { blockTokens }),
    ...(items !== undefined && { items }),
    ...(value("enable-lora") === true && {
      // Defaults of vllm/config/lora.py, 0.30.0 to 0.33.0.
      lora: { adapters: count(value("max-loras")) ?? 1, rank: count(value("max-lora-rank")) ?? 16 },
    }),
    ...(draftTokens !== undefined && { draftTokens }),
  };
}

/** Most items of a prompt, as a number or as an object with `count`. */
function itemsOf(limits: unknown, isLanguageOnly: boolean): FitInput["items"] {
  if (isLanguageOnly) return { images: 0, videos: 0 };
  const { image, video } = objectOf(limits);
  const [images, videos] = [image, video].map((limit) => count(limit) ?? count(objectOf(limit)["count"]));
  if (images === undefined && videos === undefined) return undefined;
  return { ...(images !== undefined && { images }), ...(videos !== undefined && { videos }) };
}

/** A whole number of zero or more; also as text, such as `16`. */
function count(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : undefined;
}
