/** Errors that the caller can do something about. The command line prints their message, without a stack trace. */
import { type Problem, problemLines } from "../components/config/problems.js";

/** Exit codes of every command. */
export const EXIT = {
  fine: 0,
  /** Something is judged bad, or did not work. */
  failed: 1,
  /** The call, or a file that it names, is wrong: nothing was done. */
  badInput: 2,
} as const;

/** Something is judged bad, or did not work. */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly exitCode: typeof EXIT.failed | typeof EXIT.badInput = EXIT.failed;
}

/** The call is wrong, or something that it needs is missing. A wrong stack config is a `ContractError` instead. */
export class BadInput extends Failure {
  override readonly name: string = "BadInput";
  override readonly exitCode = EXIT.badInput;
  /** Problems with their places; empty if the message says everything. */
  readonly problems: readonly Problem[];

  constructor(what: string | readonly Problem[]) {
    super(typeof what === "string" ? what : problemLines(what).join("\n"));
    this.problems = typeof what === "string" ? [] : what;
  }
}
