import assert from "node:assert/strict";

import { checkFlags, checkOwnFlags } from "../../../components/checks/flags/flags.js";
import type { Flags, FlagValue } from "../../../components/contract/contract.js";
import { renderFlags } from "../../../components/derive/flags.js";
import { OWNED_FLAGS } from "../../../components/facts/vllm/ownFlags.js";
import { KNOWN_VERSIONS, versionNamed } from "../../../components/facts/vllm/versions.js";
import type { FlagFacts, FlagTable } from "../../../components/facts/vllm/version.js";
import { lines } from "../../contract/fixtures.js";

const V30 = versionNamed("0.30.0")!;

/** Flags with the same reason. */
function flags(values: Record<string, FlagValue>): Flags {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, reason: "x" }]));
}

function check(values: Record<string, FlagValue>, table: FlagTable = V30.flags): string[] {
  return lines(checkFlags(flags(values), { ...V30, flags: table }, "flags"));
}

/** A table of one flag. */
function only(facts: FlagFacts): FlagTable {
  return new Map([["it", facts]]);
}

describe("checkOwnFlags", () => {
  it("takes every version that is known", () => {
    for (const version of KNOWN_VERSIONS) assert.deepEqual(checkOwnFlags(version, "flags"), []);
  });

  it("refuses a version that lacks a flag by which the contract keeps its word, with the least one that has it", () => {
    const queue =
      "has no --max-num-queued-reqs, by which the contract decides concurrency.inFlight: use an image of 0.29.0 or later";
    assert.deepEqual(lines(checkOwnFlags("0.28.0", "flags")), [`error flags: vLLM 0.28.0 ${queue}`]);
    assert.deepEqual(lines(checkOwnFlags("0.11.0", "flags")), [
      `error flags: vLLM 0.11.0 ${queue}`,
      "error flags: vLLM 0.11.0 has no --shutdown-timeout, by which the contract decides drainSeconds of the model: use an image of 0.18.0 or later",
    ]);
  });
});

describe("checkFlags on names", () => {
  const cases: Array<[name: string, flag: string, problem: string]> = [
    [
      "a misspelt flag, with the nearest",
      "enable-prefix-cachin",
      "vLLM 0.30.0 has no flag --enable-prefix-cachin; did you mean enable-prefix-caching?",
    ],
    ["a flag like no other", "zzzzzz", "vLLM 0.30.0 has no flag --zzzzzz"],
    [
      "a flag that is gone",
      "disable-log-requests",
      "vLLM 0.30.0 no longer has --disable-log-requests: leave it out: requests are logged with enable-log-requests only",
    ],
    ["a negative form", "no-enable-lora", '--no-enable-lora is set by "enable-lora" with value false'],
    ["dashes in front", "--seed", '"--seed" is not how a flag is written here: use "seed"'],
    ["one dash in front", "-tp", '"-tp" is not how a flag is written here: use "tp"'],
    ["underscores", "max_logprobs", '"max_logprobs" is not how a flag is written here: use "max-logprobs"'],
    ["the contract's context", "max-model-len", "the contract decides --max-model-len: set context"],
    [
      "the contract's own spelt otherwise",
      "max_model_len",
      '"max_model_len" is not how a flag is written here: use "max-model-len"',
    ],
  ];
  for (const [name, flag, problem] of cases) {
    it(`refuses ${name}`, () => assert.deepEqual(check({ [flag]: 1 }), [`error flags.${flag}: ${problem}`]));
  }

  it("refuses another name of a flag", () => {
    const table: FlagTable = new Map([["long-name", { type: "integer", aliases: ["--short", "-s"] }]]);
    assert.deepEqual(check({ short: 1 }, table), [
      'error flags.short: --short is another name of --long-name: use "long-name"',
    ]);
  });

  it("does not offer a flag that the contract owns", () => {
    assert.deepEqual(check({ "max-model-le": 1 }), [
      "error flags.max-model-le: vLLM 0.30.0 has no flag --max-model-le",
    ]);
  });

  for (const [flag, owner] of Object.entries(OWNED_FLAGS)) {
    it(`refuses ${flag} with its owner, also without a table`, () => {
      const problem = [`error flags.${flag}: the contract decides --${flag}: ${owner}`];
      assert.deepEqual(check({ [flag]: 1 }), problem);
      assert.deepEqual(lines(checkFlags(flags({ [flag]: 1 }), undefined, "flags")), problem);
    });
  }

  it("takes any other name without a table", () => {
    assert.deepEqual(lines(checkFlags(flags({ zzz: 1, "no-x": true }), undefined, "flags")), []);
  });

  it("reports every flag, in the config's order", () => {
    assert.deepEqual(check({ zzzzzz: 1, port: 1, seed: "a", "enable-lora": true }), [
      "error flags.zzzzzz: vLLM 0.30.0 has no flag --zzzzzz",
      "error flags.port: the contract decides --port: leave it out: the probes and the Service decide it",
      'error flags.seed.value: "a" is not a whole number',
    ]);
  });
});

describe("checkFlags on values", () => {
  const SUFFIX = "is not a whole number, nor one with a suffix such as 8k";
  const JSON_TEXT = "is not an object, a list or JSON text";
  const refused: Array<[facts: FlagFacts, value: FlagValue, problem: string]> = [
    [{ type: "boolean" }, "yes", '"yes" is not true or false'],
    [{ type: "boolean" }, 1, "1 is not true or false"],
    [{ type: "boolean" }, false, "false cannot be given: the flag has no negative form, so leave it out"],
    [{ type: "integer" }, "5", '"5" is not a whole number'],
    [{ type: "integer" }, 1.5, "1.5 is not a whole number"],
    [{ type: "integer" }, [1], "[1] is a list, but the flag takes one value"],
    [{ type: "integer", repeated: true }, [1, "a"], '[1,"a"] is not a whole number'],
    [{ type: "integer", repeated: true }, [], "[] is empty: leave the flag out"],
    [{ type: "string", appended: true }, [], "[] is empty: leave the flag out"],
    [{ type: "number" }, "0.5", '"0.5" is not a number'],
    [{ type: "integer-or-suffix" }, "8kb", `"8kb" ${SUFFIX}`],
    [{ type: "integer-or-suffix" }, 1.5, `1.5 ${SUFFIX}`],
    [{ type: "integer-or-suffix" }, true, `true ${SUFFIX}`],
    [{ type: "json" }, "{", `"{" ${JSON_TEXT}`],
    [{ type: "json" }, "level 3", `"level 3" ${JSON_TEXT}`],
    [{ type: "json-or-string" }, 5, "5 is not an object or text"],
    [{ type: "json-or-string" }, true, "true is not an object or text"],
    [{ type: "string" }, true, "true is not text"],
    [{ type: "string" }, { a: 1 }, '{"a":1} is not text'],
    [
      { type: "string", choices: ["auto", "hermes"] },
      "hermse",
      '"hermse" is not allowed: use auto or hermes; did you mean hermes?',
    ],
    [{ type: "string", choices: ["auto", "hermes"] }, "x", '"x" is not allowed: use auto or hermes'],
    [
      { type: "string", choices: ["a", "b"], repeated: true },
      ["a", "c"],
      '["a","c"] is not allowed: use a or b; did you mean a or b?',
    ],
  ];
  for (const [facts, value, problem] of refused) {
    it(`refuses ${JSON.stringify(value)} for ${JSON.stringify(facts)}`, () => {
      assert.deepEqual(check({ it: value }, only(facts)), [`error flags.it.value: ${problem}`]);
    });
  }

  const taken: Array<[facts: FlagFacts, value: FlagValue]> = [
    [{ type: "boolean" }, true],
    [{ type: "boolean", negatable: true }, false],
    [{ type: "integer" }, -1],
    [{ type: "integer", repeated: true }, [1, 2]],
    [{ type: "integer", repeated: true }, 1],
    [{ type: "number" }, 0.5],
    [{ type: "number" }, 2],
    [{ type: "integer-or-suffix" }, 8192],
    [{ type: "integer-or-suffix" }, "8192"],
    [{ type: "integer-or-suffix" }, "8k"],
    [{ type: "integer-or-suffix" }, "2G"],
    [{ type: "integer-or-suffix" }, "25.6k"],
    [{ type: "json" }, { level: 3 }],
    [{ type: "json" }, ["a"]],
    [{ type: "json" }, '{"level":3}'],
    [{ type: "json-or-string" }, { a: 1 }],
    [{ type: "json-or-string" }, "text"],
    [{ type: "string" }, "text"],
    [{ type: "string" }, 5],
    [{ type: "string", appended: true }, ["a", "b"]],
    [{ type: "string", choices: ["auto"] }, "auto"],
  ];
  for (const [facts, value] of taken) {
    it(`takes ${JSON.stringify(value)} for ${JSON.stringify(facts)}`, () => {
      assert.deepEqual(check({ it: value }, only(facts)), []);
    });
  }

  it("knows the choices of the version", () => {
    assert.deepEqual(check({ runner: "poolign" }), [
      'error flags.runner.value: "poolign" is not allowed: use auto, draft, generate or pooling; did you mean pooling?',
    ]);
  });
});

describe("renderFlags", () => {
  const cases: Array<[name: string, values: Record<string, FlagValue>, args: string[]]> = [
    ["true as the flag alone", { "enforce-eager": true }, ["--enforce-eager"]],
    ["false as the negative form", { "enable-prefix-caching": false }, ["--no-enable-prefix-caching"]],
    ["a number", { seed: 0 }, ["--seed=0"]],
    ["a fraction", { "cpu-offload-gb": 0.5 }, ["--cpu-offload-gb=0.5"]],
    ["text, as it is", { "tool-call-parser": "a b=c" }, ["--tool-call-parser=a b=c"]],
    [
      "an object as JSON",
      { "compilation-config": { level: 3, a: { b: [1] } } },
      ['--compilation-config={"level":3,"a":{"b":[1]}}'],
    ],
    ["JSON text as it is", { "compilation-config": '{"level": 3}' }, ['--compilation-config={"level": 3}']],
    [
      "a list after a flag that takes several",
      { "ignore-patterns": ["*.bin", "*.pt"] },
      ["--ignore-patterns", "*.bin", "*.pt"],
    ],
    ["numbers of a list", { "cudagraph-capture-sizes": [1, 2] }, ["--cudagraph-capture-sizes", "1", "2"]],
    ["one value of a flag that takes several", { "ignore-patterns": "*.bin" }, ["--ignore-patterns=*.bin"]],
    [
      "a flag again for each value where it is appended",
      { middleware: ["a.b", "c"] },
      ["--middleware=a.b", "--middleware=c"],
    ],
    [
      "a list as JSON where the flag is JSON",
      { "allowed-origins": ["https://a"] },
      ['--allowed-origins=["https://a"]'],
    ],
    [
      "flags by name",
      { seed: 1, "enforce-eager": true, middleware: "m" },
      ["--enforce-eager", "--middleware=m", "--seed=1"],
    ],
    ["nothing", {}, []],
  ];
  for (const [name, values, args] of cases) {
    it(`writes ${name}`, () => assert.deepEqual(renderFlags(flags(values), V30.flags), args));
  }

  it("writes a list after its flag where there is no table", () => {
    assert.deepEqual(renderFlags(flags({ other: ["a", 1], "no-table": false }), undefined), [
      ...["--no-no-table", "--other", "a", "1"],
    ]);
  });
});
