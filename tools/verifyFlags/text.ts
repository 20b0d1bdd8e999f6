/** The results as a person reads them. */
import { printableLines } from "../../components/config/printable.js";
import { counted } from "../../components/config/problems.js";
import { colours as pc } from "../colours.js";
import { plainTable } from "../preview/table.js";
import type { ArgumentList } from "./argumentLists.js";

/** What became of an argument list. */
export type Outcome = { result: "parses" } | { result: "fails" | "not verified"; message: string };

export type VerifiedList = ArgumentList & { outcome: Outcome };

function resultText({ result }: Outcome): string {
  if (result === "parses") return pc.green(result);
  return result === "fails" ? pc.red(result) : pc.yellow(result);
}

function place({ stack, model, release }: ArgumentList): string {
  return `${stack}: ${model} ${release}`;
}

function indented(message: string): string {
  return printableLines(message).replaceAll("\n", "\n  ");
}

/** The parser's message for each list it refused. */
function failureLines(lists: readonly VerifiedList[]): string[] {
  return lists.flatMap((list) =>
    list.outcome.result === "fails"
      ? [`${pc.red("fails")} ${place(list)}, vLLM ${list.version}`, `  ${indented(list.outcome.message)}`]
      : [],
  );
}

/** A paragraph for each reason, with all that it holds for: it is usually one of a whole version. */
function notVerifiedLines(lists: readonly VerifiedList[]): string[] {
  const places = new Map<string, string[]>();
  for (const list of lists) {
    if (list.outcome.result !== "not verified") continue;
    const { message } = list.outcome;
    places.set(message, [...(places.get(message) ?? []), place(list)]);
  }
  return [...places].flatMap(([message, held]) => [
    `${pc.yellow("not verified")} ${held.join(", ")}`,
    `  ${indented(message)}`,
  ]);
}

function summary(lists: readonly VerifiedList[]): string {
  const count = (wanted: Outcome["result"]): number => lists.filter(({ outcome }) => outcome.result === wanted).length;
  const counts = [
    [count("parses"), "parsed by vLLM itself"],
    [count("fails"), "refused"],
    [count("not verified"), "not verified"],
  ] as const;
  const told = counts
    .filter(([number], index) => index === 0 || number > 0)
    .map(([number, what]) => `${number} ${what}`);
  return `${counted(lists.length, "argument list")}: ${told.join(", ")}`;
}

/** A table of all, then why some fail or were not verified. */
export function resultsText(lists: readonly VerifiedList[]): string {
  if (lists.length === 0) return "The stacks run no vLLM: nothing to verify.";
  const rows = lists.map((list) => [
    list.stack,
    list.model,
    list.release,
    list.version ?? "unknown",
    resultText(list.outcome),
  ]);
  const reasons = [...failureLines(lists), ...notVerifiedLines(lists)];
  return [
    plainTable(["STACK", "MODEL", "RELEASE", "VLLM", "RESULT"], rows),
    ...(reasons.length === 0 ? [] : [reasons.join("\n")]),
    summary(lists),
  ].join("\n\n");
}
