import assert from "node:assert/strict";

import fc from "fast-check";

import { edgesOf, leOf } from "../../components/derive/observability/buckets.js";
import { objectivesOf } from "../../components/derive/observability/objectives.js";
import { BUCKETS } from "../../components/facts/vllm/histogramBuckets.js";
import { type Config, IMAGE, releaseConfig, servedModel } from "../serving/fixtures.js";
import { problemsOf } from "../stacks/fixtures.js";

const NEWER = IMAGE.replace("v0.30.0", "v0.32.0");

function problems(slo: Config, changes: Config = {}): string[] {
  return problemsOf({ models: { chat: { slo, ...changes } } });
}

const ttft = (seconds: number, target = 0.99): Config => ({ ttft: { seconds, target } });

describe("service levels in config", () => {
  it("are taken on an edge", () => {
    assert.deepEqual(
      problems({ ...ttft(1), interTokenLatency: { seconds: 0.15, target: 0.95 }, availability: 0.999 }),
      [],
    );
  });

  it("are refused between two edges, which the message names", () => {
    assert.deepEqual(problems(ttft(1.2)), [
      "vllm:models.chat.slo.ttft.seconds: 1.2 is on no edge of vLLM's buckets in vllm:models.chat.releases.r1 (vLLM 0.30.0): use 1 or 2.5",
    ]);
    assert.deepEqual(problems({ interTokenLatency: { seconds: 0.001, target: 0.95 } }), [
      "vllm:models.chat.slo.interTokenLatency.seconds: 0.001 is on no edge of vLLM's buckets in vllm:models.chat.releases.r1 (vLLM 0.30.0): use 0.01",
    ]);
  });

  it("are offered an edge of their own from vLLM 0.32 on, and taken once it is stated", () => {
    const [refused, ...others] = problems(ttft(1.2), { releases: { r1: { image: NEWER } } });
    assert.deepEqual(others, []);
    assert.equal(
      refused,
      "vllm:models.chat.slo.ttft.seconds: 1.2 is on no edge of vLLM's buckets in vllm:models.chat.releases.r1 (vLLM 0.32.0): " +
        "use 1 or 2.5, or add an edge to it by the flag custom-histogram-buckets\n" +
        "    vllm:models.chat.releases.r1.flags.custom-histogram-buckets.value: " +
        '{"time_to_first_token":[0.001,0.005,0.01,0.02,0.04,0.06,0.08,0.1,0.25,0.5,0.75,1,1.2,2.5,5,7.5,10,20,40,80,160,640,2560]}',
    );
    const value: unknown = JSON.parse(refused.slice(refused.indexOf('{"')));
    for (const given of [value, JSON.stringify(value)]) {
      const flags = { "custom-histogram-buckets": { value: given, reason: "an edge on the objective" } };
      assert.deepEqual(problems(ttft(1.2), { releases: { r1: { image: NEWER, flags } } }), []);
    }
  });

  it("have to be on an edge of every release", () => {
    const flags = { "custom-histogram-buckets": { value: { time_to_first_token: [1, 2, 4] }, reason: "fewer series" } };
    const r2 = releaseConfig({ image: NEWER, flags });
    assert.deepEqual(problems(ttft(2.5), { releases: { r2 } }), [
      "vllm:models.chat.slo.ttft.seconds: 2.5 is on no edge of vLLM's buckets in vllm:models.chat.releases.r2 (vLLM 0.32.0): " +
        "use 1, or add an edge to it by the flag custom-histogram-buckets\n" +
        '    vllm:models.chat.releases.r2.flags.custom-histogram-buckets.value: {"time_to_first_token":[1,2,2.5,4]}',
    ]);
  });

  it("of the environment are checked with the interactive models that state none", () => {
    const environment = { observability: { slo: ttft(1.2) } };
    const path = "vllm:observability.slo.ttft.seconds";
    assert.equal(problemsOf(environment).filter((line) => line.startsWith(path)).length, 1);
    assert.deepEqual(problemsOf({ ...environment, models: { chat: { slo: ttft(1) } } }), []);
    assert.deepEqual(problemsOf({ ...environment, models: { chat: { class: "experimental" } } }), []);
  });

  for (const [target, message] of [
    [1, "1: leaves no error at all to spend, so that nothing could be measured: use less, such as 0.999"],
    [99, "99: is above 1: write percent as a share, such as 0.99 for 99 %"],
    [0, "0: is no share: use more than 0 and less than 1, such as 0.99"],
    [100, "100: is no share: use more than 0 and less than 1, such as 0.99"],
  ] as const) {
    it(`are refused with target ${target}`, () => {
      assert.deepEqual(problems(ttft(1, target)), [`vllm:models.chat.slo.ttft.target: ${message}`]);
      assert.deepEqual(problems({ availability: target }), [`vllm:models.chat.slo.availability: ${message}`]);
    });
  }

  it("get a warning where the fastest alert could not fire", () => {
    assert.deepEqual(problems({ availability: 0.931 }), []);
    assert.deepEqual(problems({ availability: 0.93 }), [
      "warning: vllm:models.chat.slo.availability: 0.93 leaves so many errors that 14.4 times as many are more than all requests, " +
        "and the fastest alert cannot fire: use at least 0.931",
    ]);
  });

  it("have no tokens to measure in a model that makes vectors", () => {
    const model = { id: "Qwen/Qwen3-8B", task: "embed" };
    assert.deepEqual(
      problems({ ...ttft(1), availability: 0.99 }, { releases: { r1: { model } } }).filter((line) =>
        line.includes(".slo"),
      ),
      [
        "vllm:models.chat.slo.ttft: has nothing to measure in vllm:models.chat.releases.r1, which makes no text token by token: " +
          "leave it out, and use availability",
      ],
    );
  });

  it("say all that is wrong at once", () => {
    const lines = problems({ ttft: { seconds: 3, target: 1 }, interTokenLatency: { seconds: 0.12, target: 0.9 } });
    assert.deepEqual(
      lines.map((line) => line.slice(0, line.indexOf(": "))),
      [
        "vllm:models.chat.slo.ttft.target",
        "vllm:models.chat.slo.ttft.seconds",
        "vllm:models.chat.slo.interTokenLatency.seconds",
        "warning",
      ],
    );
  });

  it("are not measured without PodMonitors, and budgets need as many days as they count", () => {
    const prometheus = { monitors: "annotations" };
    assert.deepEqual(
      problemsOf({ models: { chat: { slo: ttft(1) } }, platform: { prometheus } }).filter((line) =>
        line.includes("slo"),
      ),
      [
        "warning: vllm:models.chat.slo: is not measured: rules are made where vllm:platform.prometheus.monitors is podMonitor, and it is annotations",
      ],
    );
    const installed = (retentionDays: number): string[] =>
      problemsOf({
        models: { chat: { slo: ttft(1) } },
        platform: { addons: { prometheus: { install: true, retentionDays } } },
      }).filter((line) => line.includes("retentionDays"));
    assert.deepEqual(installed(31), []);
    assert.deepEqual(installed(15), [
      "warning: vllm:platform.addons.prometheus.retentionDays: 15 days are fewer than the 30 that error budgets are counted over, " +
        "so they forget what was before: use 31, and see that the volume is large enough",
    ]);
  });
});

describe("objectivesOf", () => {
  const environment = { ttft: { seconds: 2.5, target: 0.99 }, availability: 0.99 };

  it("takes a model's own before those of its class", () => {
    assert.deepEqual(objectivesOf(servedModel({ slo: { ttft: { seconds: 1, target: 0.9 } } }), environment), [
      { slo: "ttft", target: 0.9, seconds: 1, le: "1.0" },
    ]);
    assert.deepEqual(objectivesOf(servedModel(), environment), [
      { slo: "ttft", target: 0.99, seconds: 2.5, le: "2.5" },
      { slo: "availability", target: 0.99 },
    ]);
    assert.deepEqual(objectivesOf(servedModel({ class: "experimental" }), environment), []);
    assert.deepEqual(objectivesOf(servedModel()), []);
  });
});

describe("an edge", () => {
  it("is written as Python writes floats", () => {
    const texts: [number, string][] = [
      [1, "1.0"],
      [0.1, "0.1"],
      [2560, "2560.0"],
      [0.0001, "0.0001"],
      [0.00001, "1e-05"],
      [1e6, "1e+06"],
      [1234567, "1.234567e+06"],
      [999999.5, "999999.5"],
    ];
    for (const [seconds, text] of texts) assert.equal(leOf(seconds), text);
  });

  it("is read back as the same number", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (seconds) => {
        assert.equal(Number(leOf(seconds)), seconds);
      }),
    );
  });

  it("is in a release's buckets if a service level on it is accepted", () => {
    fc.assert(
      fc.property(fc.constantFrom(...BUCKETS.time_to_first_token, 0.3, 1.5, 3), (seconds) => {
        const accepted = problems(ttft(seconds)).length === 0;
        const release = servedModel().releases.get("r1")!;
        assert.equal(accepted, edgesOf(release, "time_to_first_token").includes(seconds));
      }),
      { numRuns: 30 },
    );
  });
});
