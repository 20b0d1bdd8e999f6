import assert from "node:assert/strict";
import { checkTypeScript } from "../../../tools/docs/typescript.js";
import { folderWith, removeFolders } from "../folders.js";

const FILES = {
  "tsconfig.json": '{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2022", "types": [] } }',
  "components/index.ts": "export function load(models: object): string[] { return Object.keys(models); }",
};

function problemsOf(...texts: string[]): string[] {
  const blocks = texts.map((text, index) => ({ at: `a.md:${index}`, language: "ts", lines: text.split("\n") }));
  return checkTypeScript(folderWith(FILES), blocks).map(({ path, message }) => `${path}: ${message}`);
}

describe("TypeScript that a page shows", function () {
  this.timeout(60_000);
  after(removeFolders);

  it("is checked against the package's sources, with objects left out", () => {
    const text = 'import { load } from "pulumi-vllm";\nconst names: string[] = load({ chat: { … } });';
    assert.deepEqual(problemsOf(text, text), []);
  });

  it("may not use what the package does not export, nor wrong types, nor wrong syntax", () => {
    assert.deepEqual(problemsOf('import { laod } from "pulumi-vllm";\nlaod({});'), [
      `a.md:0: line 1: Module '"pulumi-vllm"' has no exported member 'laod'.`,
    ]);
    assert.deepEqual(problemsOf("", 'import { load } from "pulumi-vllm";\nload(1);'), [
      "a.md:1: line 2: Argument of type 'number' is not assignable to parameter of type 'object'.",
    ]);
    assert.deepEqual(problemsOf("const a = ;"), ["a.md:0: line 1: Expression expected."]);
  });
});
