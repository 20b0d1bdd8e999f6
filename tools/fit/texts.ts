/** Options as they were typed, read one by one so that every problem comes out at once. */
import { didYouMean, error, listOr, type Problem, quote, repeated } from "../../components/config/problems.js";

/** By name without dashes: every text that was given, or whether a switch was. */
export type Typed = Readonly<Record<string, readonly string[] | boolean | undefined>>;

/** Bounds of a number. */
export interface Range {
  min: number;
  max: number;
  /** Has no fraction. @default true */
  isWhole?: boolean;
  /** What follows the number in a message, such as `tokens`. */
  unit: string;
}

/** A decimal number without exponent: `1e9` is rather a slip than a wish. */
const NUMBER = /^\d+(\.\d+)?$/;

export class OptionTexts {
  readonly problems: Problem[] = [];

  constructor(private readonly typed: Typed) {}

  fail(option: string, message: string): void {
    this.problems.push(error(`--${option}`, message));
  }

  /** Whether a switch is set. */
  isSet(option: string): boolean {
    return this.typed[option] === true;
  }

  /** Whether an option has a value, right or wrong. */
  isGiven(option: string): boolean {
    return this.textsOf(option).length > 0;
  }

  /** The one value of an option; `undefined` where there is none, or it is wrong. */
  text(option: string): string | undefined {
    const texts = this.textsOf(option);
    if (texts.length > 1) {
      this.fail(option, `is given ${texts.length} times, as ${texts.map(quote).join(" and ")}: give it once`);
      return undefined;
    }
    const [text] = texts;
    if (text !== "") return text;
    this.fail(option, "is empty: give a value, or leave it out");
    return undefined;
  }

  /** The parts of a list with commas, over all times that the option is given. */
  list(option: string): string[] | undefined {
    const texts = this.textsOf(option);
    if (texts.length === 0) return undefined;
    const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim());
    if (parts.includes("")) {
      this.fail(option, `${quote(texts.join(","))} has an empty part: separate values by single commas`);
    }
    const named = parts.filter((part) => part !== "");
    for (const place of repeated(named)) this.fail(option, `${quote(named[place])} is given twice: leave one out`);
    return [...new Set(named)];
  }

  number(option: string, range: Range): number | undefined {
    const text = this.text(option);
    return text === undefined ? undefined : this.numberOf(option, text, range);
  }

  numbers(option: string, range: Range): number[] | undefined {
    return this.list(option)?.flatMap((part) => this.numberOf(option, part, range) ?? []);
  }

  /** @param choices values that are allowed @param what they are, such as `GPU type` */
  choice<T extends string>(option: string, choices: readonly T[], what: string): T | undefined {
    const text = this.text(option);
    return text === undefined ? undefined : this.choiceOf(option, text, choices, what);
  }

  choices<T extends string>(option: string, choices: readonly T[], what: string): T[] | undefined {
    return this.list(option)?.flatMap((part) => this.choiceOf(option, part, choices, what) ?? []);
  }

  private textsOf(option: string): readonly string[] {
    const typed = this.typed[option];
    return typeof typed === "object" ? typed : [];
  }

  private numberOf(option: string, text: string, { min, max, isWhole = true, unit }: Range): number | undefined {
    const value = Number(text);
    const isRight = NUMBER.test(text) && value >= min && value <= max && (!isWhole || Number.isInteger(value));
    if (isRight) return value;
    const kind = isWhole ? "a whole number" : "a number";
    this.fail(option, `${quote(text)} is not ${kind} in bounds: use ${min} to ${max} ${unit}`);
    return undefined;
  }

  private choiceOf<T extends string>(option: string, text: string, choices: readonly T[], what: string): T | undefined {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    this.fail(option, `${quote(text)} is not a ${what}: use ${listOr(choices)}${didYouMean(text, choices)}`);
    return undefined;
  }
}
