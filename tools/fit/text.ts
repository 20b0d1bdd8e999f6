/** The answer as a table, for people. */
import { printableData } from "../../components/config/printable.js";
import { counted } from "../../components/config/problems.js";
import { type Planned, type Question, REASON_KINDS, type ReasonKind } from "../../components/fit/planner.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "../preview/table.js";
import { usd } from "../preview/money.js";
import { oneDigit } from "../preview/text.js";
import type { AskedModel } from "./askedModel.js";
import type { FitOptions } from "./options.js";

/** A question, and what it was made of. */
export interface Asked {
  model: AskedModel;
  question: Question;
  options: FitOptions;
  /** What the answer takes for granted. */
  notes: string[];
}

const count = (value: number): string => value.toLocaleString("en-US");
const pairOf = ({ gpus, gpu }: Planned): string => `${gpus} × ${gpu.type}`;

const HEAD = [
  ...["GPU", "COUNT", "MACHINE", "WEIGHTS", "OVERHEAD", "KV CACHE", "TOKENS", "FULL-LENGTH REQUESTS"],
  ...["LARGEST CONTEXT", "$/HOUR", "$/HOUR A REQUEST"],
];
/** Columns of numbers. */
const RIGHT = [1, 3, 4, 5, 6, 7, 8, 9, 10];

/** @param width columns of the terminal, which the table keeps to */
export function fitText(given: Asked, rows: readonly Planned[], width: number): string {
  const asked = { ...given, model: printableData(given.model), notes: printableData(given.notes) };
  const fitting = rows.filter(({ reasons }) => reasons.length === 0);
  const others = rows.filter(({ reasons }) => reasons.length > 0);
  const sections = [
    headLines(asked),
    fitting.length === 0
      ? [pc.red(rows.length === 0 ? "No machine of the tables has so many of these GPUs" : "It fits nowhere")]
      : [fittingTable(HEAD, fitting.map(tableRow), { right: RIGHT, title: 3, width })],
    ...(others.length === 0 ? [] : [otherLines(others, asked.options.isAll)]),
  ];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

function headLines({ model, question, options, notes }: Asked): string[] {
  const { parameters } = model.architecture;
  const limits = [
    `${count(question.context)} tokens a request${options.context === undefined ? " (the model's own maximum)" : ""}`,
    options.sequences === undefined ? "vLLM's default of sequences" : counted(options.sequences, "sequence"),
    options.batchedTokens === undefined
      ? "vLLM's default of batched tokens"
      : `${count(options.batchedTokens)} batched tokens`,
    `KV cache ${options.kvCacheType}`,
    `${options.memoryUtilization} of the memory`,
    `vLLM ${options.version}`,
  ];
  return [
    `${pc.bold(model.name)}: ${(parameters / 1e9).toFixed(2)} billion parameters in ${question.precision}`,
    pc.dim(`  from ${model.source}`),
    pc.dim(`  ${limits.join(", ")}; GiB are a GPU's, $ the whole machine's`),
    ...notes.map((note) => pc.yellow(`  ${note}`)),
  ];
}

function tableRow({ gpu, gpus, machine, hourlyUsd, fit }: Planned): string[] {
  const { weightsGiBPerGpu, overheadGiBPerGpu, kvCacheGiBPerGpu, ...rest } = fit!;
  return [
    gpu.type,
    String(gpus),
    machine ?? "in no table",
    weightsGiBPerGpu.toFixed(1),
    overheadGiBPerGpu.toFixed(1),
    oneDigit(kvCacheGiBPerGpu),
    count(rest.kvCacheTokens),
    oneDigit(rest.fullLengthRequests),
    count(rest.largestContext),
    hourlyUsd === undefined ? "unknown" : usd(hourlyUsd),
    // Only whole requests are served at full length.
    hourlyUsd === undefined ? "unknown" : `$${(hourlyUsd / Math.floor(rest.fullLengthRequests)).toFixed(3)}`,
  ];
}

/** Each by itself with everything in the way, or by the first thing in the way. */
function otherLines(rows: readonly Planned[], isAll: boolean): string[] {
  if (isAll) {
    // The same in every machine that has so many of them.
    const lines = rows.map((row) => `  ${pairOf(row)}: ${row.reasons.map(({ message }) => message).join("; ")}`);
    return [pc.bold("Would not do"), ...new Set(lines)];
  }
  const kinds = Object.keys(REASON_KINDS) as ReasonKind[];
  return [
    pc.bold("Would not do") + pc.dim("  --all has every machine and everything in the way"),
    ...kinds.flatMap((kind) => {
      const group = rows.filter(({ reasons }) => reasons[0]!.kind === kind);
      if (group.length === 0) return [];
      return [`  ${REASON_KINDS[kind]}: ${group.map((row) => shortened(row, kind)).join(", ")}`];
    }),
  ];
}

function shortened(row: Planned, kind: ReasonKind): string {
  return kind === "context" ? `${pairOf(row)} (${count(row.fit!.largestContext)} tokens)` : pairOf(row);
}
