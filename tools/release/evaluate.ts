/** A command of the user's own that judges a release: it gets both endpoints, and has to end with 0. */
import { spawn } from "node:child_process";

/** Both sides as the command gets them. */
export interface Endpoints {
  /** Served name of the model. */
  model: string;
  stable: Endpoint;
  canary: Endpoint;
}

export interface Endpoint {
  release: string;
  /** Base URL of the OpenAI-compatible API, without `/v1`. */
  url: string;
  /** That requests need to come to this release. */
  headers: Readonly<Record<string, string>>;
}

/** What came of it. */
export interface Evaluation {
  isGood: boolean;
  /** Why not: how it ended. */
  ended: string;
  /** The end of what it has said, without secrets. */
  output: string;
}

/** Shown of what a command says. */
const MOST_CHARACTERS = 16_000;
/** After SIGTERM, before SIGKILL. */
const GRACE_MS = 5000;
const SECRET_NAME = /key|token|secret|password|credential/i;
/** A shorter value may be any word. */
const LEAST_SECRET = 6;

export function endpointVariables({ model, stable, canary }: Endpoints): Record<string, string> {
  return {
    MODEL: model,
    STABLE_RELEASE: stable.release,
    STABLE_URL: stable.url,
    STABLE_HEADERS: JSON.stringify(stable.headers),
    CANARY_RELEASE: canary.release,
    CANARY_URL: canary.url,
    CANARY_HEADERS: JSON.stringify(canary.headers),
  };
}

/** @param env of this process, which the command gets, too @param seconds that it may take */
export function evaluated(
  command: string,
  endpoints: Endpoints,
  env: Readonly<Record<string, string | undefined>>,
  seconds: number,
): Promise<Evaluation> {
  const masked = maskOf(env);
  return new Promise((done) => {
    // A group of its own, so that what it starts ends with it.
    const child = spawn("/bin/sh", ["-c", command], {
      env: { ...env, ...endpointVariables(endpoints) },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    let isLate = false;
    let killing: NodeJS.Timeout | undefined;
    const end = (signal: NodeJS.Signals): void => {
      try {
        process.kill(-child.pid!, signal);
      } catch {
        // It has ended already.
      }
    };
    const late = setTimeout(() => {
      isLate = true;
      end("SIGTERM");
      killing = setTimeout(() => end("SIGKILL"), GRACE_MS);
    }, seconds * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        output = (output + text).slice(-4 * MOST_CHARACTERS);
      });
    }
    child.on("error", ({ message }) => {
      output += message;
    });
    child.on("close", (code, signal) => {
      clearTimeout(late);
      clearTimeout(killing);
      const ended = isLate
        ? `it has not ended in ${seconds} s`
        : code === null
          ? `it ended by ${signal}`
          : `exit code ${code}`;
      done({ isGood: code === 0 && !isLate, ended, output: masked(output).slice(-MOST_CHARACTERS).trimEnd() });
    });
  });
}

/** Takes the values of variables that are named as secrets out of a text. */
function maskOf(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const secrets = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && (value ?? "").length >= LEAST_SECRET)
    .map(([, value]) => value!)
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((all, secret) => all.replaceAll(secret, "[secret]"), text);
}
