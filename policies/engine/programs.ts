/** vLLM's programs among the commands that a container starts. */

/** What a command runs of vLLM, and the words after that. */
export interface Program {
  kind: "server" | "batch" | "other";
  args: readonly string[];
}

/** Programs to which other words are text: `echo vllm serve` starts nothing. */
const TAKES_TEXT =
  /(^|\/)(echo|printf|e?grep|fgrep|rg|pgrep|pkill|killall|kill|which|type|test|\[|\[\[|cat|tee|sed|awk|logger|curl|wget|sleep|ls|mkdir|pip3?|apt-get|:)$/;
/** Words before a command's program: `if`, `! `, `NAME=value`. */
const BEFORE_PROGRAM = /^(if|then|else|elif|do|while|until|!|\{|time|exec|[A-Za-z_]\w*=[^]*)$/;
/** `$(which vllm)` and the like, as a script's words keep them. */
const LOOKED_UP = /^(\$\(|`)\s*(which|command -v|type -p)\s+(?<program>[\w./-]+)\s*(\)|`)$/;

const SERVER_MODULE = /^(vllm\.entrypoints\.(?!.*run_batch)(?!cli\b)|dynamo\.vllm\b)/;
/**
 * KServe's server for models of Hugging Face. It runs them by vLLM or without it; flags for several GPUs are vLLM's alone.
 * Source: https://github.com/kserve/kserve, python/huggingfaceserver/huggingfaceserver/__main__.py, read 2026-11-26
 */
const HUGGING_FACE_SERVER = "huggingfaceserver";
const CHOOSES_VLLM = /^--(backend=vllm|(tensor|pipeline|data)[-_]parallel[-_]size)/;
/** Its names for vLLM's flags. */
const RENAMED = [
  [/^--model[-_](id|dir)(?==|$)/, "--model"],
  [/^--model[-_]revision(?==|$)/, "--revision"],
] as const;
const BATCH_MODULE = /^vllm\.entrypoints\..*run_batch$/;
const CLI_MODULE = /^vllm(\.entrypoints\.cli(\.main)?)?$/;
const SERVER_FILE = /vllm\/.*api_server\.py$/;
const BATCH_FILE = /vllm\/.*run_batch\.py$/;
/** Programs of this project's own, in the folder that pods find them in; one of them runs `vllm run-batch`. */
const OWN_FILE = /(^|\/)pulumi-vllm\/\w+\.py$/;
const OWN_BATCH_FILE = /\/batch_run\.py$/;
/** Of vLLM's examples; as `worker` it joins another node's Ray cluster, whose node has the server. */
const MULTI_NODE_SCRIPT = /(^|\/)multi-node-serving\.sh$/;

/** vLLM's program in a command, wherever it stands: behind `exec`, `numactl`, `torchrun` or a start script of the image's own. */
export function programIn(words: readonly string[]): Program | undefined {
  const first = words.find((word) => !BEFORE_PROGRAM.test(word)) ?? "";
  if (TAKES_TEXT.test(first)) return undefined;
  for (let index = 0; index < words.length; index++) {
    const program = programAt(words, index);
    if (program !== undefined) return program;
  }
  return undefined;
}

function programAt(words: readonly string[], index: number): Program | undefined {
  const word = LOOKED_UP.exec(words[index] ?? "")?.groups?.["program"] ?? words[index] ?? "";
  if (/(^|\/)vllm(-rs)?$/.test(word)) return ofSubcommand(words.slice(index + 1));
  if (MULTI_NODE_SCRIPT.test(word) && words[index + 1] === "worker") return { kind: "other", args: [] };
  if (SERVER_FILE.test(word)) return { kind: "server", args: words.slice(index + 1) };
  if (BATCH_FILE.test(word)) return { kind: "batch", args: words.slice(index + 1) };
  if (OWN_FILE.test(word)) return { kind: OWN_BATCH_FILE.test(word) ? "batch" : "other", args: words.slice(index + 1) };
  // `-m module`, or in one word.
  const glued = /^-m(?<module>vllm.*|dynamo\..*)$/.exec(word)?.groups?.["module"];
  const module = glued ?? (word === "-m" ? (words[index + 1] ?? "") : "");
  const args = words.slice(index + (glued === undefined ? 2 : 1));
  if (module === HUGGING_FACE_SERVER) return ofHuggingFaceServer(args);
  if (CLI_MODULE.test(module)) return ofSubcommand(args);
  if (BATCH_MODULE.test(module)) return { kind: "batch", args };
  return SERVER_MODULE.test(module) ? { kind: "server", args } : undefined;
}

function ofHuggingFaceServer(words: readonly string[]): Program {
  const args = words.map((word) => RENAMED.reduce((name, [own, flag]) => name.replace(own, flag), word));
  const isVllm = words.some((word, index) =>
    CHOOSES_VLLM.test(word === "--backend" ? `${word}=${words[index + 1]}` : word),
  );
  return { kind: isVllm ? "server" : "other", args };
}

/** A path that ends in `vllm`, such as a folder's, is no program without a subcommand. */
function ofSubcommand([subcommand = "", ...args]: readonly string[]): Program | undefined {
  if (subcommand === "serve") return { kind: "server", args };
  if (subcommand === "run-batch") return { kind: "batch", args };
  return /^(bench|chat|complete|collect-env|launch)$/.test(subcommand) ? { kind: "other", args } : undefined;
}
