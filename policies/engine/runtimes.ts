/** Which containers are vLLM: those that serve (runtimes) and those that run a batch file. */
import { parseImage } from "../../components/config/image.js";
import { TELLING_FLAGS } from "../../components/facts/vllm/tellingFlags.js";
import { APP_NAME, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { commandsOf } from "../commands/commands.js";
import { asksForDevice } from "../pods/gpus.js";
import type { Container } from "../pods/containers.js";
import type { Workload } from "../pods/workloads.js";
import { each, isPlaceholder, isUnknownValue, known, placeholderOr, unknownIn } from "../read/unknown.js";
import { isStartedAsRayNode, isStartedAsServer } from "./operators.js";
import { isDynamoComponent } from "./dynamo.js";
import { isPythonServer, isTunedEngine } from "./ownProgram.js";
import { programIn } from "./programs.js";
import { specArguments, variableArguments } from "./variableArguments.js";

/** Words in the names of images that are named after vLLM and serve no model: UIs, clients, routers and tools. */
const NOT_A_SERVER =
  /(^|[-_.])(router|operator|controller|exporter|gateway|proxy|sidecar|dashboard|frontend|ui|webui|gradio|streamlit|chatbot|playground|rag|app|demo|client|sdk|metrics|monitor|monitoring|syncer|adapter|bench|benchmark|benchmarks|eval|test|tests|sr|semantic|docs|tools|cli|scheduler|autoscaler|agent|downloader|init|cache)([-_.]|$)/;

/** Those that answer as vLLM does, also with its flags, and load no model. */
const SIMULATOR = /(^|[-_.])(mock|mocker|sim|simulator|fake)([-_.]|$)/;

/**
 * llm-d's images, which start vLLM's server: https://github.com/llm-d/llm-d/tree/main/docker (ENTRYPOINT of Dockerfile.cuda and others;
 * read 2026-11-26). Its routers, sidecars and simulator have other words in their names.
 */
const LLM_D_SERVER = /^llm-d(-(aws|cpu|cuda|gb200|hpu|rocm|xpu|dev))*$/;

/** A container that loads a model. */
export interface VllmContainer {
  container: Container;
  /** The words after `vllm serve` or `vllm run-batch`. */
  args: readonly string[];
}

/** The containers that serve a model. */
export function runtimesOf(workload: Workload): Iterable<VllmContainer> {
  return allKnown(serversOf(workload));
}

/** What is known, then the value that was not: some container may be another one. */
function* allKnown({ found, unknown }: Servers): Iterable<VllmContainer> {
  yield* found;
  if (unknown !== undefined) throw unknown;
}

interface Servers {
  found: readonly VllmContainer[];
  /** A value that decides whether there are more. */
  unknown?: Error;
}

/** Cache: many rules ask, and commands take time to parse. */
const KNOWN = new WeakMap<Workload, Servers>();

function serversOf(workload: Workload): Servers {
  const known = KNOWN.get(workload);
  if (known !== undefined) return known;
  const servers = findServers(workload);
  KNOWN.set(workload, servers);
  return servers;
}

function findServers(workload: Workload): Servers {
  const candidates = workload.containers.filter(({ role }) => role === "container");
  const found: VllmContainer[] = [];
  const unknown = unknownIn(() =>
    each(candidates, (container) => {
      for (const args of serverArguments(container, workload)) found.push({ container, args });
    }),
  );
  if (found.length > 0 || !isLabelledRuntime(workload)) return { found, ...(unknown !== undefined && { unknown }) };
  // An image with another name and a start script: by the label, one of the containers is the runtime.
  const container = candidates.find(({ name }) => name === APP_NAME) ?? candidates[0];
  return { found: container === undefined ? [] : [{ container, args: commandsOf(container).flat() }] };
}

/** The containers that serve a model or run it over a batch file. */
export function* enginesOf(workload: Workload): Iterable<VllmContainer> {
  const { found, unknown } = serversOf(workload);
  yield* found;
  for (const container of workload.containers) {
    for (const words of commandsOf(container)) {
      const program = programIn(words);
      const isLeft = program?.kind === "batch" || (program?.kind === "server" && container.role !== "container");
      if (isLeft) yield { container, args: [...program.args, ...specArguments(container)] };
    }
  }
  if (unknown !== undefined) throw unknown;
}

export function isRuntime(workload: Workload): boolean {
  const { found, unknown } = serversOf(workload);
  if (found.length === 0 && unknown !== undefined) throw unknown;
  return found.length > 0;
}

/**
 * True for images built for CPUs, such as `vllm/vllm-openai-cpu` and `vllm:v0.30.0-cpu`, whatever stands before the name, and for those
 * that are given variables of vLLM on CPUs (`VLLM_CPU_*` in vllm/envs.py).
 */
export function isCpuImage(container: Container): boolean {
  if (container.environmentNames.some((variable) => variable.startsWith("VLLM_CPU_"))) return true;
  const name = nameOf(container);
  const tag = parseImage(container.image ?? "")?.tag ?? "";
  return [name, tag].some((part) => /(^|[-_.])cpu([-_.]|$)/.test(part));
}

/**
 * True for a container that KubeRay starts as a node of Ray, by an image with vLLM: the cluster's operator gives it its command and its
 * probes, and the GPUs may be those of other nodes (ray-operator/controllers/ray/common/pod.go of ray-project/kuberay, read 2026-11-26).
 */
export function isRayNode(workload: Workload, container: Container): boolean {
  return /^Ray[A-Z]/.test(workload.kind) && !commandsOf(container).some((words) => programIn(words) !== undefined);
}

/** True for vLLM's own images, whose entrypoint is `vllm serve` and adds no argument. */
export function isOfficialImage(container: Container): boolean {
  return /(^|\/)vllm\/vllm-openai(-rocm)?$/.test(repositoryOf(container));
}

/** True for labels that {@link LABELS} gives to a runtime. */
export function areRuntimeLabels(labels: ReadonlyMap<string, string>): boolean {
  return labels.get(LABELS.name) === APP_NAME && labels.get(LABELS.component) === COMPONENTS.runtime;
}

function isLabelledRuntime(workload: Workload): boolean {
  return workload.label(LABELS.name) === APP_NAME && workload.label(LABELS.component) === COMPONENTS.runtime;
}

/** The arguments of each server that the container starts. */
function serverArguments(container: Container, workload: Workload): ReadonlyArray<readonly string[]> {
  const commands = commandsOf(container);
  const programs = commands.flatMap((words) => programIn(words) ?? []);
  const servers = programs.filter(({ kind }) => kind === "server").map(({ args }) => args);
  // A server that another program of the script controls, such as a benchmark, is seen; a benchmark alone is none.
  if (servers.length > 0 || programs.length > 0) return servers;
  // Labels that are not known yet hide no runtime that arguments and image tell.
  if (placeholderOr(() => workload.label(LABELS.component)) === COMPONENTS.spare) return [];
  if (isSimulator(container)) return [];
  const words = afterSubcommand(container, commands.flat());
  if (tellsOfVllm(words) || isStartedAsServer(container, workload)) return [words];
  const ofVariables = variableArguments(container);
  if (ofVariables !== undefined) return [[...words, ...ofVariables]];
  if (isStartedAsRayNode(container, workload)) return [];
  throwUnknownProgram(container, commands);
  const ofScript = afterStartScript(commands);
  const isStarted = container.command.length === 0 || ofScript !== undefined || isLabelledRuntime(workload);
  const namesModel = words.some((word) => /^--model(=|$)/.test(word)) && !words.some((word) => /bench|eval/.test(word));
  if (isDynamoComponent(container, workload)) return [];
  const isOwn = namesModel && isTunedEngine(container);
  const isOfImage = hasServerImage(container) && (isStarted || namesModel || isPythonServer(container, commands));
  return isOwn || isOfImage ? [ofScript ?? words] : [];
}

/** @throws the command or script that is not known yet, where image or devices let it be a server's */
function throwUnknownProgram(container: Container, commands: readonly string[][]): void {
  const unknown = container.command.length === 0 ? [] : commands.flatMap(([first = ""]) => first).filter(isPlaceholder);
  if (unknown.length > 0 && (asksForDevice(container) || hasServerImage(container))) known(unknown);
}

/** The words after `serve`, which images whose entrypoint is `vllm` alone are given. */
function afterSubcommand({ command }: Container, words: readonly string[]): readonly string[] {
  return command.length === 0 && words[0] === "serve" ? words.slice(1) : words;
}

/** By flags that no other server has, where image and program have names of their own. */
function tellsOfVllm(words: readonly string[]): boolean {
  return words.some((word) => {
    const name = /^--(?<name>[\w-]+)/.exec(word)?.groups?.["name"];
    return name !== undefined && TELLING_FLAGS.has(name.replaceAll("_", "-"));
  });
}

/** The words after a script that a command starts, alone or by a shell: its own name is no argument of vLLM. */
function afterStartScript(commands: readonly string[][]): string[] | undefined {
  for (const [place, words] of commands.entries()) {
    const index = words.slice(0, 2).findIndex((word) => word.endsWith(".sh"));
    if (index >= 0) return [...words.slice(index + 1), ...commands.slice(place + 1).flat()];
  }
  return undefined;
}

function hasServerImage(container: Container): boolean {
  const last = nameOf(container);
  return LLM_D_SERVER.test(last) || (last.includes("vllm") && !NOT_A_SERVER.test(last));
}

/** An image that is not known yet may be any: vLLM's flags then tell. */
function isSimulator(container: Container): boolean {
  try {
    return SIMULATOR.test(nameOf(container));
  } catch (thrown) {
    if (!isUnknownValue(thrown)) throw thrown;
    return false;
  }
}

/** The last part of the image's repository. */
function nameOf(container: Container): string {
  return (repositoryOf(container).split("/").at(-1) ?? "").toLowerCase();
}

function repositoryOf(container: Container): string {
  const image = container.image ?? "";
  return parseImage(image)?.repository ?? image.replace(/[:@].*$/, "");
}
