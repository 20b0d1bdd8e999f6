import assert from "node:assert/strict";

import fc from "fast-check";

import { formatProblem } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import { stackValues, withGroup } from "./fixtures.js";

const FULL = stackValues({
  ...withGroup({ min: 0, nodeSelector: { pool: "gpu" }, tolerations: [{ key: "gpu", operator: "Exists" }] }),
  namespace: "models",
  platform: { prometheus: { url: "http://prometheus:9090", namespace: "monitoring", podMonitorLabels: { a: "b" } } },
  access: { clientNamespaces: ["assistant"], egress: [{ cidr: "10.0.0.0/8", ports: [443], reason: "a mirror" }] },
  huggingFaceToken: "hf_x",
  models: {
    chat: {
      servedNames: ["chat"],
      autoscaling: { min: 1, max: 2, targetUtilization: 0.5, scaleDownSeconds: 300 },
      drainSeconds: 60,
      warmSpares: 1,
      releases: {
        r1: {
          resources: { cpus: 2 },
          flags: { "enable-prefix-caching": { value: true, reason: "shared prompt" } },
          env: { VLLM_LOGGING_LEVEL: { value: "DEBUG", reason: "a hunt" } },
        },
      },
    },
  },
});

type Path = Array<string | number>;

/** Every path of a value, the inner ones included. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== "object") return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** A copy of `value` with `replacement` at a path; `__proto__` becomes a key like any other, as JSON.parse makes it. */
function replaced(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const inner = (value as Record<string, unknown>)[key];
  const changed = replaced(Object.hasOwn(value as object, key) ? inner : undefined, rest, replacement);
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? changed : item));
  return Object.fromEntries([...Object.entries(value as object), [key, changed]]);
}

/** What has to hold of any answer. */
function check(values: Record<string, unknown>): void {
  const { config, problems } = parseStackConfig(values, ["huggingFaceToken", "cluster"]);
  const errors = problems.filter(({ severity }) => severity === "error");
  assert.equal(config === undefined, errors.length > 0);
  for (const problem of problems) {
    assert.match(problem.path, /^vllm:/);
    assert.doesNotMatch(formatProblem(problem), /\bundefined\b|\bNaN\b|\[object |\[native code]/);
  }
}

describe("parseStackConfig on anything", () => {
  it("accepts the config that the following breaks", () => {
    assert.deepEqual(
      parseStackConfig(FULL, ["huggingFaceToken"]).problems.map(({ severity }) => severity),
      ["warning", "warning"],
    );
  });

  for (const key of Object.keys(FULL)) {
    it(`never throws, whatever ${key} is`, () => {
      fc.assert(fc.property(fc.jsonValue(), (value) => check({ ...FULL, [key]: value })));
    });
  }

  it("never throws, whatever stands at any place of the config", () => {
    const paths = pathsOf(FULL).filter(({ length }) => length > 0);
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(undefined, 0, -1, 1.5, 1e300, "", [], {}));
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, replacement) => {
        check(replaced(FULL, path, replacement) as Record<string, unknown>);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws, whatever key stands beside the known ones", () => {
    const names = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty"));
    const parents = pathsOf(FULL).filter((path) => {
      const at = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], FULL);
      return at !== null && typeof at === "object" && !Array.isArray(at);
    });
    fc.assert(
      fc.property(fc.constantFrom(...parents), names, fc.jsonValue({ maxDepth: 1 }), (parent, name, value) => {
        check(replaced(FULL, [...parent, name], value) as Record<string, unknown>);
      }),
      { numRuns: 1000 },
    );
  });
});
