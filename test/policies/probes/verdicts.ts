/** Probes whose wish is met in another way than by its rule, or not at all, with the reason. Keys are their ids. */

/** Wishes that are wrong. */
export const WRONG_WISHES: ReadonlyMap<string, string> = new Map([]);

/** Wishes that another rule meets. */
export const OTHER_RULES: ReadonlyMap<string, string> = new Map([
  ["C10 --reasoning-parser-plugin from model repo", "no-injected-code"],
  ["F9 NVIDIA_VISIBLE_DEVICES=all grabs every GPU of the node", "engine-closed"],
]);
