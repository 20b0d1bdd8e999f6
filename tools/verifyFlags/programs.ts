/** Runs other programs to their end. */
import { spawn } from "node:child_process";

/** Variables of a program's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

declare const CLEAN: unique symbol;

/** Variables that clean.ts picked: no other environment can be given to a program, the caller's own least of all. */
export type CleanEnvironment = Environment & { readonly [CLEAN]: true };

export interface RunOptions {
  env: CleanEnvironment;
  /** Folder to run in; not the project's, whose files Python and uv would take up. */
  cwd: string;
  /** Text for its standard input. @default none */
  input?: string;
  /** Is given what the program prints, on either stream, as it comes. */
  onOutput?: (text: string) => void;
  /** After how long it is killed. @default never */
  timeoutSeconds?: number;
}

/** How a program ended. */
export interface Ended {
  /** `undefined` when it was killed or never started. */
  exitCode: number | undefined;
  stdout: string;
  /** With the reason at the end when it was killed or never started. */
  stderr: string;
}

/** Runs a program; never rejects, since a missing program is an answer, too. */
export function run([program, ...args]: readonly string[], options: RunOptions): Promise<Ended> {
  const { env, cwd, input, onOutput, timeoutSeconds } = options;
  return new Promise((resolve) => {
    const child = spawn(program!, args, { env: { ...env }, cwd });
    let stdout = "";
    let stderr = "";
    let timer: NodeJS.Timeout | undefined;
    if (timeoutSeconds !== undefined) {
      timer = setTimeout(() => {
        stderr += `killed after ${timeoutSeconds} s`;
        child.kill("SIGKILL");
      }, timeoutSeconds * 1000);
    }
    const end = (exitCode: number | undefined): void => {
      clearTimeout(timer);
      resolve({ exitCode, stdout, stderr });
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onOutput?.(text);
    });
    child.on("error", (failure) => {
      stderr += failure.message;
      end(undefined);
    });
    child.on("close", (code) => end(code ?? undefined));
    // A program that ends before it has read its input has said why on its own streams.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}

/** The last lines that say something, for a message. */
export function lastLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}
