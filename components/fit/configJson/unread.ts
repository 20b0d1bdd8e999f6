import type { Keys } from "./keys.js";

/** Names of keys that tell of a model's shape, as far as a name can. */
const SHAPE = /(^|_)(size|dim|heads|layers|experts|expert|rank|window|pattern|interval|freq|types|list|kernel)(_|$)/;
/** Such names that say nothing of what is loaded: layers that guess tokens ahead, routing, generation, and rotary positions. */
const HARMLESS =
  /mtp|nextn|group|rotary|rope|return_|per_tok|scaling|aux|chunk_size|step_rank|overlap|ep_size|_dropout$|jitter/;

/** Notes the keys of a language model that look as if they told of its shape, and that nothing has looked at. */
export function noteUnread(text: Keys): void {
  const names = text.unread().filter((name) => SHAPE.test(name) && !HARMLESS.test(name));
  if (names.length > 0) text.note(`${text.path}: not used: ${names.join(", ")}`);
}
