/** Which containers are vLLM: those that serve (runtimes) and those that run a batch file. */
import { parseImage } from "../../components/config/image.js";
import { APP_NAME, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { commandsOf } from "../commands/commands.js";
import type { Container, Workload } from "../pods/workloads.js";

/** Related programs whose images are named after vLLM and which serve no model. */
const NOT_A_SERVER = /(router|operator|controller|exporter|gateway|proxy|sidecar|dashboard|frontend)$/;

/** A container that loads a model. */
export interface VllmContainer {
  container: Container;
  /** The words after `vllm serve` or `vllm run-batch`. */
  args: readonly string[];
}

/** The containers that serve a model. */
export function runtimesOf(workload: Workload): readonly VllmContainer[] {
  const known = KNOWN.get(workload);
  if (known !== undefined) return known;
  const found = findRuntimes(workload);
  KNOWN.set(workload, found);
  return found;
}

/** Cache: many rules ask, and commands take time to parse. */
const KNOWN = new WeakMap<Workload, readonly VllmContainer[]>();

function findRuntimes(workload: Workload): VllmContainer[] {
  const candidates = workload.containers.filter((container) => !container.isInit);
  const found = candidates.flatMap((container) => {
    const args = serverArguments(container, workload);
    return args === undefined ? [] : [{ container, args }];
  });
  if (found.length > 0 || !isLabelledRuntime(workload)) return found;
  // An image with another name and a start script: by the label, one of the containers is the runtime.
  const container = candidates.find(({ name }) => name === APP_NAME) ?? candidates[0];
  return container === undefined ? [] : [{ container, args: commandsOf(container).flat() }];
}

/** The containers that serve a model or run it over a batch file. */
export function enginesOf(workload: Workload): VllmContainer[] {
  const batches = workload.containers.flatMap((container) => {
    const args = commandsOf(container)
      .map((words) => argumentsAfter(words, isBatch))
      .find((words) => words !== undefined);
    return args === undefined ? [] : [{ container, args }];
  });
  return [...runtimesOf(workload), ...batches];
}

export function isRuntime(workload: Workload): boolean {
  return runtimesOf(workload).length > 0;
}

/** True for images built for CPUs, such as `vllm/vllm-openai-cpu`. */
export function isCpuImage(container: Container): boolean {
  return repositoryOf(container).includes("cpu");
}

/** True for labels that {@link LABELS} gives to a runtime. */
export function areRuntimeLabels(labels: ReadonlyMap<string, string>): boolean {
  return labels.get(LABELS.name) === APP_NAME && labels.get(LABELS.component) === COMPONENTS.runtime;
}

function isLabelledRuntime(workload: Workload): boolean {
  return workload.label(LABELS.name) === APP_NAME && workload.label(LABELS.component) === COMPONENTS.runtime;
}

function serverArguments(container: Container, workload: Workload): readonly string[] | undefined {
  const commands = commandsOf(container);
  const explicit = commands.map((words) => argumentsAfter(words, isServe)).find((words) => words !== undefined);
  if (explicit !== undefined) return explicit;
  if (!hasVllmImage(container) || workload.label(LABELS.component) === COMPONENTS.spare) return undefined;
  // The image's entrypoint is `vllm serve`: without a command of its own the container serves.
  if (container.command.length === 0) return commands.flat();
  const isScript = commands.some((words) => words.slice(0, 2).some((word) => word.endsWith(".sh")));
  return isScript || isLabelledRuntime(workload) ? commands.flat() : undefined;
}

function hasVllmImage(container: Container): boolean {
  const last = repositoryOf(container).split("/").at(-1) ?? "";
  return last.includes("vllm") && !NOT_A_SERVER.test(last);
}

function repositoryOf(container: Container): string {
  const image = container.image ?? "";
  return parseImage(image)?.repository ?? image.replace(/[:@].*$/, "");
}

/** The number of words at `index` that start the wanted vLLM program; 0 for none. */
type Start = (words: readonly string[], index: number) => number;

function argumentsAfter(words: readonly string[], start: Start): readonly string[] | undefined {
  for (let index = 0; index < words.length; index++) {
    const length = start(words, index);
    if (length > 0) return words.slice(index + length);
  }
  return undefined;
}

const isServe: Start = (words, index) =>
  startsProgram(words, index, "serve", /^vllm\.entrypoints\.(?!.*run_batch)(?!cli\b)/, /vllm\/.*api_server\.py$/);

const isBatch: Start = (words, index) =>
  startsProgram(words, index, "run-batch", /^vllm\.entrypoints\..*run_batch$/, /vllm\/.*run_batch\.py$/);

function startsProgram(
  words: readonly string[],
  index: number,
  subcommand: string,
  module: RegExp,
  file: RegExp,
): number {
  const [word = "", next = "", afterNext] = words.slice(index, index + 3);
  if (/(^|\/)vllm$/.test(word) && next === subcommand) return 2;
  if (word === "-m" && module.test(next)) return 2;
  if (word === "-m" && /^vllm\.entrypoints\.cli(\.main)?$/.test(next) && afterNext === subcommand) return 3;
  return file.test(word) ? 1 : 0;
}
