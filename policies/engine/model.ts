/** Which model a server's arguments name, and how large it is by that name. */
import { type Flag, lastFlag } from "./flags.js";

/** The model as the arguments name it: first, or by flag. */
export function modelOf(args: readonly string[], flags: readonly Flag[]): string | undefined {
  const first = args[0];
  return first !== undefined && !first.startsWith("-") ? first : lastFlag(flags, "model")?.values[0];
}

/** `-70B-`, `8x7b`; the active parameters of `235B-A22B` come second. */
const BILLIONS = /(?:^|[-_/.])(?:(?<experts>\d+)x)?(?<billions>\d+(?:\.\d+)?)b(?![a-z0-9])/i;
const FOUR_BITS = /awq|gptq|int4|w4a\d+|4bit|fp4|gpt-oss|bnb/i;

/** GiB that the weights of a model have at least, as far as its name says it: one byte a parameter, or half of it. */
export function leastWeightsGiB(model: string): number {
  const { experts = "1", billions } = BILLIONS.exec(model)?.groups ?? {};
  const bytes = FOUR_BITS.test(model) ? 0.5 : 1;
  return billions === undefined ? 0 : (Number(experts) * Number(billions) * 1e9 * bytes) / 2 ** 30;
}
