import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { stringify } from "yaml";
import { deployment, goodStack, plainPod } from "../../policies/fixtures.js";
import { BadInput } from "../../../tools/failure.js";
import { type Format, judge } from "../../../tools/judge/command.js";
import { render } from "../../../tools/render/command.js";
import { folderWith, PROJECT, removeFolders } from "../folders.js";

interface Located {
  rule: string;
  resource: string;
  file?: string;
  line?: number;
}
interface Report {
  violations: (Located & { level: string; message: string; fix: string; type?: string })[];
  notJudged: (Located & { reason: string })[];
  resources: number;
}
interface Sarif {
  runs: {
    tool: { driver: { rules: { id: string }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
    }[];
  }[];
}

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const LATEST = deployment({ container: { image: "vllm/vllm-openai:latest" } });

/** A resource of the fixtures as a manifest. */
function manifest({ type, props }: { type: string; props: object }): object {
  const [, apiVersion, kind] = type.split(":");
  return { apiVersion: apiVersion!.replace("core/", ""), kind, ...props };
}

const manifests = (resources: readonly { type: string; props: object }[]): string =>
  resources.map((resource) => stringify(manifest(resource), { aliasDuplicateObjects: false })).join("---\n");

async function run(format: Format, files: Record<string, string>, config?: string) {
  const folder = folderWith(files);
  const names = Object.keys(files).map((name) => join(folder, name));
  const input = (): Promise<string> => Promise.resolve("");
  const { text, exitCode } = await judge(names, {
    format,
    width: Infinity,
    folder,
    readInput: input,
    ...(config !== undefined && { config }),
  });
  return { text: text.replaceAll(`${folder}/`, ""), exitCode };
}

async function reported(files: Record<string, string>, config?: string): Promise<Report & { exitCode: number }> {
  const { text, exitCode } = await run("json", files, config);
  return { ...(JSON.parse(text) as Report), exitCode };
}

describe("judge", () => {
  after(removeFolders);

  it("is quiet about a good stack in every form, and ends with 0", async () => {
    const stack = goodStack();
    const forms: Record<string, string> = {
      "stack.yaml": manifests(stack),
      "stack.json": JSON.stringify({ apiVersion: "v1", kind: "List", items: stack.map(manifest) }),
      "list.json": JSON.stringify(stack.map(({ type, name, props }) => ({ type, name, props }))),
      "preview.json": JSON.stringify({
        steps: stack.map(({ urn, type, props }) => ({ op: "create", urn, newState: { urn, type, inputs: props } })),
      }),
    };
    for (const [file, text] of Object.entries(forms)) {
      const { exitCode, ...report } = await reported({ [file]: text });
      assert.deepEqual(
        [exitCode, report],
        [0, { violations: [], notJudged: [], exceptions: [], resources: stack.length }],
        file,
      );
    }
  });

  it("finds the same in every form", async () => {
    const stack = [LATEST, ...goodStack().slice(1)];
    const rulesOf = async (text: string): Promise<string[]> => {
      const { violations, exitCode } = await reported({ "a.json": text });
      assert.equal(exitCode, 1);
      return violations.map(({ rule }) => rule);
    };
    const list = await rulesOf(JSON.stringify(stack.map(({ type, name, props }) => ({ type, name, props }))));
    assert.deepEqual(list, ["image-pinned"]);
    assert.deepEqual(await rulesOf(manifests(stack)), list);
  });

  it("says of each finding the rule, the level, the resource, its place, and the fix", async () => {
    const { violations } = await reported({ "a.yaml": `# Source: chart\n---\n${manifests([LATEST])}` });
    assert.deepEqual(violations[0], {
      rule: "image-pinned",
      level: "mandatory",
      severity: "high",
      resource: "models/chat",
      type: "kubernetes:apps/v1:Deployment",
      file: "a.yaml",
      line: 3,
      message:
        'container "vllm": image "vllm/vllm-openai:latest" is not pinned: use a version tag with its digest, name:tag@sha256:…',
      fix: "Name the image by a version tag with its digest: name:tag@sha256:…",
    });
  });

  it("sees all files together: a policy in one covers the pods in another", async () => {
    const [first, ...others] = goodStack();
    const { violations } = await reported({ "a.yaml": manifests([first!]), "b.yaml": manifests(others) });
    assert.deepEqual(violations, []);
  });

  it("takes levels from a file, puts mandatory ones first, and ends with 0 where there are none", async () => {
    const folder = folderWith({
      "levels.json": '{ "all": "advisory", "network-policy": "mandatory", "weights-cached": "disabled" }',
    });
    const config = join(folder, "levels.json");
    const bad = await reported({ "a.yaml": manifests([LATEST]) }, config);
    assert.deepEqual(
      bad.violations.map(({ level }) => level).filter((level, index, all) => level !== all[index - 1]),
      ["mandatory", "advisory"],
    );
    assert.equal(bad.exitCode, 1);
    const advisory = await reported({ "a.yaml": manifests([LATEST, ...goodStack().slice(1)]) }, config);
    assert.deepEqual([advisory.violations.length, advisory.exitCode], [1, 0]);
  });

  it("says what it cannot judge for a value that is not known yet, and judges the rest", async () => {
    const later = [deployment({ container: { image: UNKNOWN } }), plainPod({ image: "nginx" })];
    const steps = later.map(({ urn, type, props }) => ({ op: "create", urn, newState: { type, inputs: props } }));
    const { violations, notJudged, exitCode } = await reported({ "p.json": JSON.stringify({ steps }) });
    const reasons = new Set(notJudged.map(({ resource, reason }) => `${resource}: ${reason}`.replace(/^: /, "")));
    assert.ok(reasons.has("chat: string value at .spec.template.spec.containers.0.image is not known yet"));
    assert.ok(notJudged.some(({ rule }) => rule === "image-pinned"));
    assert.ok(violations.some(({ rule, resource }) => rule === "image-pinned" && resource === "web"));
    assert.equal(exitCode, 1);
  });

  it("prints a table with the fix, and what was not judged", async () => {
    const { text, exitCode } = await run("text", { "a.yaml": manifests([LATEST, ...goodStack().slice(1)]) });
    const [summary, , head, row] = text.split("\n");
    assert.equal(exitCode, 1);
    assert.match(summary!, /^\d+ resources: 1 mandatory and 0 advisory violations \(each rule's own levels\)$/);
    assert.match(head!, /^LEVEL +RULE +RESOURCE +MESSAGE +FIX$/);
    assert.match(
      row!,
      /^mandatory +image-pinned +models\/chat +container "vllm": image .* Name the image by a version tag/,
    );
  });

  it("prints nothing that a terminal or a CI system takes for a command", async () => {
    const name = "\u001b[31mchat\n::error::x";
    const { text } = await run("text", { "a.json": JSON.stringify([{ ...LATEST, name }]) });
    assert.ok(!text.includes("\u001b[31mchat"));
    assert.doesNotMatch(text, /^::/m);
  });

  it("prints SARIF by its schema, with rule, level, file and line", async () => {
    const bad = deployment({ container: { image: "vllm/vllm-openai:latest", args: ["Qwen/Qwen3-8B"] } });
    const { text } = await run("sarif", { "my charts.yaml": `---\n${manifests([bad])}` });
    const sarif = JSON.parse(text) as Sarif;
    const schema = JSON.parse(readFileSync(join(__dirname, "fixtures", "sarif-schema-2.1.0.json"), "utf8")) as object;
    // ajv has no draft 4: what the schema uses of it means the same in draft 7, `id` aside.
    const { $schema: _, id: __, ...draft7 } = schema as Record<string, unknown>;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(draft7);
    assert.ok(validate(sarif), JSON.stringify(validate.errors));
    const [{ tool, results }] = sarif.runs as [Sarif["runs"][0]];
    assert.deepEqual(
      results[0]!.locations.map(({ physicalLocation: { artifactLocation, region } }) => [
        artifactLocation.uri,
        region.startLine,
      ]),
      [["my%20charts.yaml", 2]],
    );
    assert.deepEqual(new Set(results.map(({ level }) => level)), new Set(["error", "warning"]));
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]!.id, ruleId);
    assert.match(results[0]!.message.text, /^models\/chat: container "vllm": image/);
  });

  it("tells the problems of the level file and of the inputs together", async () => {
    const folder = folderWith({ "levels.json": '{ "image-pined": "advisory" }' });
    await assert.rejects(run("json", { "a.yaml": "{}" }, join(folder, "levels.json")), (thrown) => {
      assert.ok(thrown instanceof BadInput);
      assert.deepEqual(
        thrown.problems.map(({ message }) => message.split(":")[0]),
        ["no rule has this name; did you mean image-pinned?", "is nothing that can be judged"],
      );
      return true;
    });
  });

  it("is quiet about what this project renders", async () => {
    const folder = folderWith();
    await render(PROJECT, "staging", join(folder, "out"), () => undefined);
    const config = join(PROJECT, "policies", "config", "staging.json");
    const readInput = (): Promise<string> => Promise.resolve("");
    const { text, exitCode } = await judge([join(folder, "out")], {
      format: "json",
      width: 80,
      folder,
      readInput,
      config,
    });
    assert.deepEqual([(JSON.parse(text) as Report).violations, exitCode], [[], 0]);
  });
});
