import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { ContractError } from "../../../components/config/problems.js";
import { diffStack, diffText, propertyChanges, readEarlier, type StackDiff } from "../../../tools/preview/diff.js";
import { type Config, IMAGE, merged, releaseConfig } from "../../serving/fixtures.js";
import { builtCluster } from "../../stacks/fixtures.js";
import { folderWith, removeFolders } from "../folders.js";
import { reportOf } from "../reports.js";

const NEWER = IMAGE.replace("v0.30.0", "v0.32.0");
const release = (changes: Config): Config => ({ models: { chat: { releases: { r1: changes } } } });

/** The difference that a change of the config makes, with the earlier report gone through JSON as a file has. */
async function diffOf(after: Config, before: Config = {}): Promise<StackDiff> {
  const earlier = await reportOf(before);
  return diffStack(JSON.parse(JSON.stringify(earlier)) as typeof earlier, await reportOf(merged(before, after)));
}

/** Changes by kind and name, without the contract's annotations. */
function changesOf({ changed }: StackDiff): Record<string, unknown[]> {
  return Object.fromEntries(
    changed.map(({ type, name, properties }) => [
      `${type.split(":").at(-1)} ${name}`,
      properties
        .filter(({ path }) => !path.includes("pulumi-vllm.dev/contract"))
        .map(({ path, before, after }) => [path, before, after]),
    ]),
  );
}

const namesOf = (resources: ReadonlyArray<{ type: string; name: string }>): string[] =>
  resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort();

const text = (diff: StackDiff): string[] => stripVTControlCharacters(diffText(diff)).split("\n");

const CONTAINER = "spec.template.spec.containers[0]";
const CONTRACT_RULES = "PrometheusRule observability-chat.contract";

describe("diffStack", () => {
  it("finds nothing where nothing changed", async () => {
    const diff = await diffOf({});
    assert.deepEqual([diff.added, diff.removed, diff.changed, diff.contracts], [[], [], [], []]);
    assert.deepEqual(text(diff), [
      "Change of stack test",
      "  no resource differs",
      "  models an hour: $0.80 → $0.80 (±$0.00 at the least, ±$0.00 at the most)",
    ]);
  });

  it("shows a changed image by its path alone, and the contract that it makes another of", async () => {
    const diff = await diffOf(release({ image: NEWER }));
    assert.equal(diff.contracts.length, 1);
    const { name, before, after } = diff.contracts[0]!;
    assert.deepEqual(changesOf(diff), {
      [CONTRACT_RULES]: [
        ["spec.groups[0].rules[1].labels.contract_hash", before, after],
        ["spec.groups[0].rules[1].labels.image", IMAGE, NEWER],
      ],
      "Deployment chat-r1": [[`${CONTAINER}.image`, IMAGE, NEWER]],
    });
    assert.match(`${name} ${before} ${after}`, /^chat-r1 [0-9a-f]{16} [0-9a-f]{16}$/);
    assert.deepEqual(text(diff).slice(1, -1), [
      "  ~ Deployment chat-r1",
      `      ${CONTAINER}.image: ${quoted(IMAGE)} → ${quoted(NEWER)}`,
      `  ~ ${CONTRACT_RULES}: 2 differences in its rules`,
      `  contract chat-r1: ${before} → ${after}`,
    ]);
  });

  it("shows an argument that comes or goes, not those that move by it", async () => {
    const diff = await diffOf(
      release({ context: 4096, flags: { "enable-prefix-caching": { value: true, reason: "x" } } }),
    );
    const { [CONTRACT_RULES]: rules, ...others } = changesOf(diff);
    assert.equal(rules!.length, 2);
    assert.deepEqual(others, {
      "Deployment chat-r1": [
        [`${CONTAINER}.args`, "--max-model-len=8192", undefined],
        [`${CONTAINER}.args`, undefined, "--max-model-len=4096"],
        [`${CONTAINER}.args`, undefined, "--enable-prefix-caching"],
      ],
    });
    assert.ok(text(diff).includes(`      ${CONTAINER}.args: nothing → "--enable-prefix-caching"`));
  });

  it("names what is added, and the release's contract", async () => {
    const diff = await diffOf({ models: { chat: { releases: { r2: releaseConfig({ image: NEWER }) } } } });
    for (const name of namesOf(diff.added)) assert.match(name, /^\w+ chat-r2$/);
    for (const kind of ["Deployment", "Service", "VllmRuntime"]) {
      assert.ok(namesOf(diff.added).includes(`${kind} chat-r2`), kind);
    }
    assert.deepEqual(diff.removed, []);
    assert.deepEqual(Object.keys(changesOf(diff)), [CONTRACT_RULES]);
    assert.ok(text(diff).includes(`  ~ ${CONTRACT_RULES}: 2 differences in its rules`));
    assert.ok(text(diff).includes("  + Deployment chat-r2"));
    assert.ok(!text(diff).some((line) => line.includes("VllmRuntime")));
    assert.match(text(diff).at(-2)!, /^ {2}contract chat-r2: none → [0-9a-f]{16}$/);
    assert.equal(text(diff).at(-1), "  models an hour: $0.80 → $1.61 (+$0.80 at the least, +$0.80 at the most)");
  });

  it("names what is removed", async () => {
    const two = { models: { chat: { releases: { r2: releaseConfig({ image: NEWER }) } } } };
    const diff = diffStack(await reportOf(two), await reportOf());
    assert.deepEqual(namesOf(diff.removed), namesOf((await diffOf(two)).added));
    assert.deepEqual(diff.added, []);
    assert.deepEqual(Object.keys(changesOf(diff)), [CONTRACT_RULES]);
    assert.ok(text(diff).includes("  − Service chat-r2"));
    assert.match(text(diff).at(-2)!, /^ {2}contract chat-r2: [0-9a-f]{16} → none$/);
    assert.equal(text(diff).at(-1), "  models an hour: $1.61 → $0.80 (−$0.80 at the least, −$0.80 at the most)");
  });

  it("shows a moved route as one change of the model's Service, and of the rules that say which release has it", async () => {
    const two = { models: { chat: { releases: { r2: releaseConfig({ image: NEWER }) } } } };
    const diff = await diffOf({ models: { chat: { route: { stable: "r2" } } } }, two);
    assert.deepEqual(changesOf(diff), {
      [CONTRACT_RULES]: [["spec.groups[0].rules[0].labels.vllm_release", "r1", "r2"]],
      "Service chat": [['spec.selector["pulumi-vllm.dev/release"]', "r1", "r2"]],
    });
    assert.deepEqual(diff.contracts, []);
  });

  it("shows changed bounds and their cost, and no other contract", async () => {
    const scaled = { models: { chat: { autoscaling: { min: 1, max: 2 } } } };
    const diff = await diffOf({ models: { chat: { autoscaling: { max: 5 } } } }, scaled);
    const { [CONTRACT_RULES]: rules, ...others } = changesOf(diff);
    assert.deepEqual(
      (rules as [string][]).map(([path]) => path),
      ["spec.groups[0].rules[2].expr"],
    );
    assert.deepEqual(others, { "ScaledObject chat-r1": [["spec.maxReplicaCount", 2, 5]] });
    assert.deepEqual(diff.contracts, []);
    assert.equal(
      text(diff).at(-1),
      "  models an hour: $0.80–$1.61 → $0.80–$4.02 (±$0.00 at the least, +$2.41 at the most)",
    );
  });

  it("shows a model's own keys as what they are, and no other contract", async () => {
    const before = { models: { chat: { drainSeconds: 120, servedNames: ["chat"] } } };
    const diff = await diffOf({ models: { chat: { drainSeconds: 300, servedNames: ["chat", "qwen"] } } }, before);
    assert.deepEqual(diff.contracts, []);
    assert.deepEqual(diff.models, [
      {
        name: "chat",
        keys: [
          { path: "servedNames", before: undefined, after: "qwen" },
          { path: "drainSeconds", before: 120, after: 300 },
        ],
      },
    ]);
    assert.ok(text(diff).includes("  model chat drainSeconds: 120 → 300"));
    assert.ok(text(diff).includes('  model chat servedNames: nothing → "qwen"'));
  });

  it("says what is replaced, and what the cluster costs", async () => {
    const diff = diffStack(
      await reportOf(builtCluster()),
      await reportOf(builtCluster({ network: { cidr: "10.32.0.0/16" } })),
    );
    assert.ok(text(diff).includes("  ± Vpc cluster is replaced"));
    const lines = text(diff);
    assert.match(
      lines.at(-1)!,
      /^ {2}cluster an hour: \$[\d.–$]+ → \$[\d.–$]+ \(±\$0\.00 at the least, ±\$0\.00 at the most\)$/,
    );
    assert.match(lines.at(-2)!, /^ {2}models an hour: /);
  });

  it("shows the cost that a new cluster adds", async () => {
    const report = await reportOf(builtCluster());
    const { clusterUsd } = diffStack(undefined, report);
    assert.deepEqual(clusterUsd, { before: { minUsd: 0, maxUsd: 0 }, after: report.cluster!.hourlyUsd });
    assert.ok(report.cluster!.hourlyUsd.minUsd > 0);
  });

  it("counts what differs in rules and dashboards below the rest, and shows what else differs of them", async () => {
    const earlier = JSON.parse(JSON.stringify(await reportOf())) as Awaited<ReturnType<typeof reportOf>>;
    const inputs = (name: string) =>
      earlier.resources.find((resource) => resource.name === name)!.inputs as unknown as Input;
    const board = inputs("observability-vllm-model-test");
    board.data!["vllm-model-test.json"] = "{}";
    board.data!["other.json"] = "{}";
    board.metadata.labels["team"] = "a";
    inputs("observability-test.alerts").metadata.name = "elsewhere";
    inputs("observability-test.alerts").spec!.groups = [];
    inputs("observability-test.cost").metadata.labels["team"] = "a";
    const lines = text(diffStack(earlier, await reportOf()));
    const [rules] = lines.filter((line) => line.includes("test.alerts"));
    assert.match(
      rules!,
      /^ {2}± PrometheusRule observability-test\.alerts is replaced: \d+ differences? in its rules$/,
    );
    assert.deepEqual(lines.filter((line) => line !== rules).slice(1, -1), [
      "  ~ PrometheusRule observability-test.cost",
      '      metadata.labels.team: "a" → nothing',
      "  ~ ConfigMap observability-vllm-model-test: 1 difference in its dashboard",
      '      data["other.json"]: "{}" → nothing',
      '      metadata.labels.team: "a" → nothing',
      '      metadata.name: "elsewhere" → "test.alerts"',
    ]);
  });

  it("calls a Deployment with another selector replaced, and one with another image changed", () => {
    const change = (path: string): string[] =>
      text({
        stack: "test",
        added: [],
        removed: [],
        changed: [
          {
            urn: "u",
            type: "kubernetes:apps/v1:Deployment",
            name: "chat",
            properties: [{ path, before: "a", after: "b" }],
          },
        ],
        hourlyUsd: { before: { minUsd: 0, maxUsd: 0 }, after: { minUsd: 0, maxUsd: 0 } },
        models: [],
        contracts: [],
      });
    assert.equal(change("spec.selector.matchLabels.app")[1], "  ± Deployment chat is replaced");
    assert.equal(change("spec.selectors")[1], "  ~ Deployment chat");
    assert.equal(change(`${CONTAINER}.image`)[1], "  ~ Deployment chat");
  });

  it("takes everything of a stack without earlier report as added", async () => {
    const report = await reportOf();
    const diff = diffStack(undefined, report);
    assert.equal(diff.added.length, report.resources.length);
    assert.deepEqual(diff.hourlyUsd.before, { minUsd: 0, maxUsd: 0 });
    assert.deepEqual([diff.removed, diff.changed], [[], []]);
  });
});

/** What the test above changes of an object. */
interface Input {
  metadata: { name: string; labels: Record<string, string> };
  data?: Record<string, string>;
  spec?: { groups: unknown[] };
}

const quoted = (value: string): string => {
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
};

describe("propertyChanges", () => {
  it("goes to the deepest path that differs", () => {
    const before = { a: { b: [{ c: 1 }, { c: 2 }] }, same: 1 };
    const after = { a: { b: [{ c: 1 }, { c: 3, "d.e": 4 }] }, same: 1 };
    assert.deepEqual(propertyChanges(before, after), [
      { path: "a.b[1].c", before: 2, after: 3 },
      { path: 'a.b[1]["d.e"]', before: undefined, after: 4 },
    ]);
  });

  it("stops where the kinds differ", () => {
    assert.deepEqual(propertyChanges({ a: [1] }, { a: { 0: 1 } }), [{ path: "a", before: [1], after: { 0: 1 } }]);
    assert.deepEqual(propertyChanges({ a: null }, { a: {} }), [{ path: "a", before: null, after: {} }]);
  });

  it("takes a key that is not there for one without value", () => {
    assert.deepEqual(propertyChanges({ a: undefined }, {}), []);
  });

  it("shows lists of texts that differ in order or number only as a whole", () => {
    const change = (before: string[], after: string[]) => propertyChanges({ args: before }, { args: after });
    assert.deepEqual(change(["a", "b"], ["b", "a"]), [{ path: "args", before: ["a", "b"], after: ["b", "a"] }]);
    assert.deepEqual(change(["a", "a"], ["a"]), [{ path: "args", before: ["a", "a"], after: ["a"] }]);
  });
});

describe("readEarlier", () => {
  after(removeFolders);

  /** The problems of a file with this content, by paths within the folder. */
  function problems(content: string | undefined): string[] {
    const folder = folderWith(content === undefined ? {} : { "earlier.json": content });
    try {
      readEarlier(join(folder, "earlier.json"));
    } catch (thrown) {
      assert.ok(thrown instanceof ContractError);
      return thrown.message.replaceAll(`${folder}/`, "").split("\n");
    }
    return [];
  }

  it("reads what --json writes", async () => {
    const report = await reportOf();
    const folder = folderWith({ "earlier.json": JSON.stringify({ stacks: [report], diffs: [] }) });
    const [earlier] = readEarlier(join(folder, "earlier.json"));
    assert.equal(earlier!.stack, "test");
    assert.deepEqual(diffStack(earlier, report).changed, []);
  });

  it("refuses a file that is not there", () => {
    assert.deepEqual(problems(undefined), [
      "earlier.json: cannot be read: ENOENT: no such file or directory, open 'earlier.json'; give a file that --json has written",
    ]);
  });

  it("refuses a file that is no JSON", () => {
    const [only, ...others] = problems("Stack staging");
    assert.match(
      only!,
      /^earlier\.json: cannot be read: Unexpected token .* is not valid JSON; give a file that --json has written$/,
    );
    assert.deepEqual(others, []);
  });

  it("refuses a file of another version", async () => {
    const report = { ...(await reportOf()), version: 2 };
    assert.deepEqual(problems(JSON.stringify({ stacks: [report] })), [
      "earlier.json: is not what --json of this version writes:",
      "earlier.json.stacks[0].version: 2 is not allowed: use 1",
    ]);
  });

  it("refuses a file of something else, with the first few problems", () => {
    assert.deepEqual(problems("[]"), [
      "earlier.json: is not what --json of this version writes:",
      "earlier.json: [] is a list: use an object such as { stacks: … }",
    ]);
    assert.equal(problems('{"stacks": [{}, {}, {}]}').length, 4);
  });
});

describe("a difference to a hostile file", () => {
  after(removeFolders);

  it("compares what objects have themselves, and prints names as text", async () => {
    const earlier = JSON.parse(JSON.stringify(await reportOf())) as Awaited<ReturnType<typeof reportOf>>;
    const deployment = earlier.resources.find(({ name }) => name === "chat-r1")!;
    Object.assign(deployment.inputs, { constructor: 5, "a\u001b[2J": "x\n::error::forged" });
    earlier.resources.push({ ...deployment, urn: "urn:gone", name: "gone\n::error::forged\u202e" });
    const lines = text(diffStack(earlier, await reportOf()));
    assert.ok(lines.includes("      constructor: 5 → nothing"), lines.join("\n"));
    for (const line of lines) assert.doesNotMatch(line, /^\s*::|[\p{Cc}\p{Cf}]/u);
  });

  it("is refused where the file is no plain file, or nested without end", () => {
    const folder = folderWith({ "deep.json": `{"stacks":${"[".repeat(2000)}${"]".repeat(2000)}}` });
    assert.throws(() => readEarlier(join(folder, "deep.json")), /is nested more than 64 levels deep/);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    assert.throws(() => readEarlier(join(folder, "pipe")), /cannot be read: it is no regular file/);
  });
});
