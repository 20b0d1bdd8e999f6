import assert from "node:assert/strict";

import { WRONG } from "../../../components/config/parts.js";
import type { FlagValue } from "../../../components/contract/contract.js";
import { fitFlagsOf, type FitSettings, fitSettings } from "../../../components/derive/memory/fitFlags.js";

const settings = (values: Record<string, FlagValue>): FitSettings =>
  fitSettings(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, reason: "a test" }])));

describe("flags that decide memory", () => {
  const cases: Array<[flags: Record<string, FlagValue>, said: Partial<FitSettings>]> = [
    [{}, {}],
    [{ "enforce-eager": true }, { isEager: true }],
    [{ "enable-expert-parallel": true }, { isExpertParallel: true }],
    [{ "enable-prefix-caching": false }, { isPrefixCached: false }],
    [{ "async-scheduling": false }, { isAsync: false }],
    [{ "disable-hybrid-kv-cache-manager": true }, { keepsWholeWindows: true }],
    [{ "block-size": 128 }, { blockTokens: 128 }],
    // Items of a prompt: a number, an object, JSON text, or none of any kind.
    [{ "limit-mm-per-prompt": { image: 2 } }, { items: { images: 2 } }],
    [{ "limit-mm-per-prompt": { image: 0, video: { count: 1 } } }, { items: { images: 0, videos: 1 } }],
    [{ "limit-mm-per-prompt": '{"video": 0}' }, { items: { videos: 0 } }],
    [{ "language-model-only": true }, { items: { images: 0, videos: 0 } }],
    // Adapters: vLLM's defaults, and what is stated.
    [{ "enable-lora": true }, { lora: { adapters: 1, rank: 16 } }],
    [{ "enable-lora": true, "max-loras": 4, "max-lora-rank": 64 }, { lora: { adapters: 4, rank: 64 } }],
    [{ "enable-lora": false, "max-loras": 4 }, {}],
    [{ "speculative-config": { method: "ngram", num_speculative_tokens: 3 } }, { draftTokens: 3 }],
    // What vLLM itself refuses says nothing.
    [{ "block-size": "large", "limit-mm-per-prompt": "none", "enforce-eager": "yes" }, {}],
  ];
  for (const [flags, said] of cases) {
    it(`${JSON.stringify(flags)} says ${JSON.stringify(said)}`, () => assert.deepEqual(settings(flags), said));
  }

  it("are picked from all, so that one that is wrong hides nothing", () => {
    const eager = { value: true, reason: "a test" };
    assert.deepEqual(fitFlagsOf({ "enforce-eager": eager, "tool-call-parser": WRONG as never }), {
      "enforce-eager": eager,
    });
    assert.equal(fitFlagsOf(WRONG), WRONG);
  });
});
