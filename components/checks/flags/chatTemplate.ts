/** The chat template that a contract carries. */
import { isWrong, type Parts } from "../../config/parts.js";
import { error, type Problem } from "../../config/problems.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { credentialIn } from "./guarded.js";

/** @param path of the release */
export function checkChatTemplate(
  { chatTemplate, flags }: Pick<Parts<RuntimePlan>, "chatTemplate" | "flags">,
  path: string,
): Problem[] {
  if (chatTemplate === undefined) return [];
  const texts = Object.entries(chatTemplate).flatMap(([key, value]) => {
    const form = isWrong(value) ? undefined : credentialIn([value]);
    if (form === undefined) return [];
    return [
      error(`${path}.chatTemplate.${key}`, `holds what looks like ${form}, and a contract is plain text: leave it out`),
    ];
  });
  if (isWrong(flags) || !("chat-template" in flags)) return texts;
  return [...texts, error(`${path}.flags.chat-template`, "is decided by chatTemplate of the release: leave it out")];
}
