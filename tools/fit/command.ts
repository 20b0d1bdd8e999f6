/** `fit`: on which GPUs a model would run, what that costs, and why others would not do. */
import { writeFileSync } from "node:fs";
import { printable } from "../../components/config/printable.js";
import { append, error, type Problem, quote } from "../../components/config/problems.js";
import { candidates } from "../../components/fit/candidates.js";
import { plan, type Planned } from "../../components/fit/planner.js";
import type { Outcome } from "../commandLine.js";
import { BadInput, EXIT } from "../failure.js";
import { architectureBlock } from "./block.js";
import type { Env } from "./hub.js";
import type { AskedModel } from "./askedModel.js";
import { askedModel, isOnHub, type Where } from "./model.js";
import { fitOptions } from "./options.js";
import { fitPlot } from "./plot.js";
import { notesOf, questionOf } from "./question.js";
import { rowsJson } from "./rows.js";
import { type Asked, fitText } from "./text.js";
import type { Typed } from "./texts.js";

/** Around the command. */
export interface Surroundings {
  env: Env;
  /** Columns of the terminal. */
  width: number;
  /** Takes what a reader should know and no program reads, a line each. */
  report: (line: string) => void;
}

/**
 * @param name hub id, or path of a config.json
 * @returns what to print; exit code 1 where nothing fits
 * @throws BadInput with every problem of the call and of the config.json
 */
export async function fitCommand(name: string, typed: Typed, { env, width, report }: Surroundings): Promise<Outcome> {
  const asked = await askedOf(name, typed, env);
  const { options, model } = asked;
  if (options.form === "architecture") {
    asked.notes.forEach(report);
    return { text: architectureBlock(model), exitCode: EXIT.fine };
  }
  const rows = plan(
    asked.question,
    candidates({ gpus: options.gpus, counts: options.counts, clouds: options.clouds, isEveryMachine: options.isAll }),
  );
  if (options.plot !== undefined) draw(options.plot, fitPlot(model.name, asked.question, rows), report);
  if (options.form === "json") asked.notes.forEach(report);
  const text = options.form === "json" ? rowsJson(rows) : fitText(asked, rows, width);
  return { text, exitCode: rows.some(fits) ? EXIT.fine : EXIT.failed };
}

function draw(file: string, picture: string | undefined, report: Surroundings["report"]): void {
  if (picture === undefined) return report(`${printable(file)} is not written: there is no line to draw`);
  try {
    writeFileSync(file, picture);
  } catch (thrown) {
    const { code = "no reason given" } = thrown as NodeJS.ErrnoException;
    const message = `${quote(file)} cannot be written (${code}): give a file in a folder that is there`;
    throw new BadInput([error("--plot", message)]);
  }
}

const fits = ({ reasons }: Planned): boolean => reasons.length === 0;

async function askedOf(name: string, typed: Typed, env: Env): Promise<Asked> {
  const { options, problems } = fitOptions(typed);
  const { revision, version } = options;
  const model = await found(name, { revision, env, reading: { ...options.reading, version } }, problems);
  // A draft is another model, at a revision of its own.
  const draft =
    options.draft === undefined ? undefined : await found(options.draft, { env, reading: { version } }, problems);
  if (model === undefined || problems.length > 0) throw new BadInput(problems);
  return { model, options, question: questionOf(model, draft, options), notes: notesOf(model, draft, options) };
}

/** The model; `undefined` where it is wrong, or could only be fetched for a call that is wrong anyway. */
async function found(name: string, where: Where, problems: Problem[]): Promise<AskedModel | undefined> {
  if (problems.length > 0 && isOnHub(name, where.revision)) return undefined;
  try {
    return await askedModel(name, where);
  } catch (thrown) {
    if (!(thrown instanceof BadInput)) throw thrown;
    append(problems, thrown.problems);
    return undefined;
  }
}
