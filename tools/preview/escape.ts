/** Texts of others in HTML and in Markdown: shown as they are, obeyed as nothing. */
import { printable } from "../../components/config/printable.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text for an element or for a quoted attribute. */
export function html(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * A text within a line of Markdown. Every sign is an entity, which is no markup (https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references);
 * and it is code, in which GitHub takes nothing for a mention, an issue or an address.
 */
export function markdown(text: string): string {
  const signs = printable(text).replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)!};`);
  return `<code>${signs}</code>`;
}
