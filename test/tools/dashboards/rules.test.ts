import assert from "node:assert/strict";
import { inSteps } from "../../../tools/dashboards/rules.js";
import { legendOf } from "../../../tools/dashboards/panels.js";
import { interpolate } from "../../../tools/dashboards/variables.js";

const rule = (record: string, expr: string): { record: string; expr: string } => ({ record, expr });

describe("rules over the past", () => {
  it("come after those whose series they read, whatever their order in files", () => {
    const [far, near, base] = [
      rule("model:far:sum", "sum(release:near:sum)"),
      rule("release:near:sum", 'sum(base{a="b"}) or release:near:sum'),
      rule("base", "vector(1)"),
    ];
    assert.deepEqual(inSteps([far, near, base]), [[base], [near], [far]]);
  });

  it("take the name of a series as a whole", () => {
    const [part, whole] = [rule("release:x:sum", "1"), rule("y", "release:x:sum1m")];
    assert.deepEqual(inSteps([whole, part]), [[whole, part]]);
  });

  it("that read each other are evaluated in the order of their file", () => {
    const both = [rule("a", "b"), rule("b", "a")];
    assert.deepEqual(inSteps(both), [both]);
  });
});

describe("Grafana's texts", () => {
  const range = { start: 0, end: 3600, step: 30 };

  it("have variables and intervals put in", () => {
    assert.equal(
      interpolate(
        'rate(x{a="$model", b="${release}"}[$__rate_interval]) $__range',
        { model: "chat", release: "r1" },
        range,
      ),
      'rate(x{a="chat", b="r1"}[120s]) 3600s',
    );
  });

  it("are wrong when they use a variable that is not there", () => {
    assert.throws(() => interpolate("x{$nobody}", {}, range), {
      message: "the variable $nobody is not defined, in: x{$nobody}",
    });
  });

  it("name lines by labels", () => {
    assert.equal(legendOf("{{vllm_model}} {{ part }}{{none}}", { vllm_model: "chat", part: "load" }), "chat load");
  });
});
