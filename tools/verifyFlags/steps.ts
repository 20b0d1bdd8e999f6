/** The steps of an install: a line before each, what it prints in a log, credentials hidden in both. */
import { appendFileSync, writeFileSync } from "node:fs";
import { redactor } from "./clean.js";
import { NotVerified } from "./notVerified.js";
import { type CleanEnvironment, type Ended, type Environment, lastLines, run } from "./programs.js";

/** How often a step that takes minutes shows that it goes on. */
const SIGN_OF_LIFE_SECONDS = 15;

/** Of the output, what is kept to show the last line of; pip prints all packages in one. */
const RECENT_CHARACTERS = 20_000;

/** Hands on whole lines: what has to be hidden in one must not come in two parts. */
class Lines {
  private rest = "";

  constructor(private readonly hand: (lines: string) => void) {}

  push(text: string): void {
    const all = this.rest + text;
    const end = all.lastIndexOf("\n") + 1;
    this.rest = all.slice(end);
    if (end > 0) this.hand(all.slice(0, end));
  }

  end(): void {
    if (this.rest !== "") this.hand(`${this.rest}\n`);
    this.rest = "";
  }
}

/** Runs steps in a folder, one after the other. */
export class Steps {
  private readonly redact: (text: string) => string;

  /**
   * @param log the file for what they print; emptied first
   * @param home folder to run in
   * @param caller the caller's variables, for the credentials to hide
   * @param say is given a line at each step
   */
  constructor(
    private readonly log: string,
    private readonly home: string,
    caller: Environment,
    private readonly say: (line: string) => void,
  ) {
    this.redact = redactor(caller);
    writeFileSync(log, "");
  }

  /** Runs one step, whatever comes of it. */
  async attempt(title: string, command: readonly string[], env: CleanEnvironment): Promise<Ended> {
    const started = Date.now();
    const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
    let recent = "";
    this.say(`  ${title}`);
    const timer = setInterval(() => {
      this.say(`    ${seconds()} ${lastLines(recent, 1).slice(0, 100)}`);
    }, SIGN_OF_LIFE_SECONDS * 1000);
    appendFileSync(this.log, `$ ${command.join(" ")}\n`);
    const lines = new Lines((text) => {
      const shown = this.redact(text);
      recent = (recent + shown).slice(-RECENT_CHARACTERS);
      appendFileSync(this.log, shown);
    });
    try {
      const ended = await run(command, { env, cwd: this.home, onOutput: (text) => lines.push(text) });
      return { ...ended, stdout: this.redact(ended.stdout), stderr: this.redact(ended.stderr) };
    } finally {
      clearInterval(timer);
      lines.end();
    }
  }

  /** @throws NotVerified when the step fails */
  async take(title: string, command: readonly string[], env: CleanEnvironment): Promise<Ended> {
    const ended = await this.attempt(title, command, env);
    if (ended.exitCode !== 0) throw this.failure(title, ended);
    return ended;
  }

  failure(title: string, { stdout, stderr }: Ended): NotVerified {
    const output = lastLines(`${stdout}\n${stderr}`, 6)
      .split("\n")
      .map((line) => `    ${line}`);
    return new NotVerified([`${title}: it failed, see ${this.log}`, ...output].join("\n"));
  }
}
