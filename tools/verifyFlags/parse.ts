/** Asks a vLLM version's own parser. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programEnvironment, withHome } from "./clean.js";
import { NotVerified } from "./notVerified.js";
import { type CleanEnvironment, type Environment, lastLines, run } from "./programs.js";

const SCRIPT = join(__dirname, "parse_arguments.py");

/** vLLM's import takes 20 s on two cores, 60 s from a cold disk; the lists take none to speak of. */
const TIMEOUT_SECONDS = 600;

/**
 * The parser's whole environment: nothing of the caller's, whose VLLM_ and PYTHON variables would change what it takes.
 * Nothing is downloaded or reported, and what is written goes to `home`.
 */
export function parserEnvironment(caller: Environment, home: string): CleanEnvironment {
  return {
    ...programEnvironment(caller, home),
    HF_HUB_OFFLINE: "1",
    // Without a GPU vLLM cannot tell the device by itself, and some defaults ask for it.
    VLLM_TARGET_DEVICE: "cpu",
    VLLM_LOGGING_LEVEL: "ERROR",
    VLLM_NO_USAGE_STATS: "1",
  };
}

function isAnswer(value: unknown, count: number): value is Array<string | null> {
  return (
    Array.isArray(value) && value.length === count && value.every((item) => item === null || typeof item === "string")
  );
}

function answerOf(stdout: string, count: number): Array<string | null> | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    return isAnswer(value, count) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Feeds argument lists to the parser of the vLLM that `python` has.
 *
 * @param caller the caller's variables: the parser gets PATH of them
 * @returns for each list `null` when it is taken, else the parser's message
 * @throws NotVerified when there is no such answer
 */
export function parseWith(
  python: string,
  lists: ReadonlyArray<readonly string[]>,
  caller: Environment,
): Promise<Array<string | null>> {
  return withHome(tmpdir(), async (home) => {
    const { exitCode, stdout, stderr } = await run([python, SCRIPT], {
      env: parserEnvironment(caller, home),
      // Away from the project: vLLM takes a folder by the name of the model for the model.
      cwd: home,
      input: JSON.stringify(lists),
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    const answer = exitCode === 0 ? answerOf(stdout, lists.length) : undefined;
    if (answer !== undefined) return answer;
    throw new NotVerified(`its parser did not answer (${python}): ${lastLines(stderr, 3) || `exit code ${exitCode}`}`);
  });
}
