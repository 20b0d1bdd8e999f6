/** vLLM's command line, as its parser reads it. */

export interface Flag {
  /** Long name without dashes or `no-`: `max-model-len`. */
  name: string;
  /** The words after it, or the one after `=`. */
  values: readonly string[];
  /** Given as `--no-…`. */
  negated: boolean;
}

/** Other spellings of flags. Source: the argument parser of vLLM 0.32.0 (components/contract/flags/0.32.0.json). */
const ALIASES: Readonly<Record<string, string>> = {
  "device-memory-utilization": "gpu-memory-utilization",
  ac: "attention-config",
  asc: "api-server-count",
  cc: "compilation-config",
  dc: "diffusion-config",
  dcp: "decode-context-parallel-size",
  dp: "data-parallel-size",
  dpa: "data-parallel-address",
  dpb: "data-parallel-backend",
  dpe: "data-parallel-external-lb",
  dph: "data-parallel-hybrid-lb",
  dpl: "data-parallel-size-local",
  dpm: "data-parallel-multi-port-external-lb",
  dpn: "data-parallel-rank",
  dpp: "data-parallel-rpc-port",
  dpr: "data-parallel-start-rank",
  ep: "enable-expert-parallel",
  n: "nnodes",
  O: "optimization-level",
  pcp: "prefill-context-parallel-size",
  pp: "pipeline-parallel-size",
  q: "quantization",
  r: "node-rank",
  sc: "speculative-config",
  tp: "tensor-parallel-size",
};

const FLAG = /^--?(?<name>[A-Za-z][\w-]*?)(?:\.[^=]*)?(?:=(?<value>[^]*))?$/;

export function flagsOf(words: readonly string[]): Flag[] {
  const flags: Array<{ name: string; values: string[]; negated: boolean }> = [];
  for (const word of words) {
    const { name, value } = FLAG.exec(word)?.groups ?? {};
    if (name === undefined) {
      flags.at(-1)?.values.push(word);
      continue;
    }
    // `-O3` is the one short flag that carries its value in the same word.
    const level = /^-O(\d)$/.exec(word)?.[1];
    flags.push({ ...nameOf(level === undefined ? name : "O"), values: strings(level ?? value) });
  }
  return flags;
}

/** The flag as it takes effect: the last one given. */
export function lastFlag(flags: readonly Flag[], name: string): Flag | undefined {
  return flags.findLast((flag) => flag.name === name);
}

/** A flag's name as the contract and the tables spell it: long, with dashes, not negated. */
export function nameOf(spelling: string): { name: string; negated: boolean } {
  const dashed = spelling.replaceAll("_", "-");
  const negated = dashed.startsWith("no-");
  const bare = negated ? dashed.slice("no-".length) : dashed;
  return { name: Object.hasOwn(ALIASES, bare) ? (ALIASES[bare] ?? bare) : bare, negated };
}

function strings(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
