/** Probes whose wish is met in another way than by its rule, or not at all, with the reason. Keys are their ids. */

/** Wishes that are wrong. */
export const WRONG_WISHES: ReadonlyMap<string, string> = new Map([
  [
    "A30 NVIDIA NIMService — remote code",
    "it asks for no remote code: it names an image by a moving tag, which image-pinned refuses",
  ],
  ["B20 NIM image", "NIM's image holds which model it serves at which version; it takes no revision"],
  [
    "C25 --max-num-seq 16 abbrev. states the limit",
    "--max-num-queued begins two flags in every version, so vLLM refuses to start",
  ],
]);

/** Wishes that another rule meets. */
export const OTHER_RULES: ReadonlyMap<string, string> = new Map([
  ["C10 --reasoning-parser-plugin from model repo", "no-injected-code"],
  ["F9 NVIDIA_VISIBLE_DEVICES=all grabs every GPU of the node", "engine-closed"],
]);
