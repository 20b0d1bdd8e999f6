import assert from "node:assert/strict";
import { formatProblem } from "../../../components/config/problems.js";
import { checkDocs, type Project, resultText } from "../../../tools/docs/check.js";

/** A project of these pages, whose only command is `npm run preview`. */
function project(pages: Record<string, string>, changed: Partial<Project> = {}): Project {
  return {
    pages: new Map(Object.entries(pages)),
    exists: (path) => path in pages || ["a/", "docs"].includes(path),
    packed: new Set(["README.md", "docs/a.md"]),
    scripts: { texts: { preview: "node --import tsx tools/cli.ts preview" }, help: () => "Usage: preview" },
    config: {},
    read: (path) => (path === "a.yaml" ? "config: { a: 1 }" : undefined),
    run: (command, stackFile) => ({ text: `${command}\n${stackFile ?? "no file"}\n`, exitCode: 0 }),
    checkTypeScript: () => [],
    readLevels: (json) => void JSON.parse(json),
    ...changed,
  };
}

function problemsOf(text: string, changed: Partial<Project> = {}): string[] {
  return checkDocs(project({ "README.md": text }, changed)).map(formatProblem);
}

const block = (language: string, text: string, mark?: string): string =>
  `${mark === undefined ? "" : `<!-- ${mark} -->\n\n`}\`\`\`${language}\n${text}\n\`\`\`\n`;

describe("the check of the docs", () => {
  it("takes blocks of known languages only", () => {
    assert.deepEqual(problemsOf(block("", "a")), [
      `README.md:1: the block's language is "": use console, json, mermaid, python, sh, text, ts or yaml`,
    ]);
  });

  it("runs commands, and compares what a console block shows", () => {
    assert.deepEqual(problemsOf(block("sh", "npm ci && npm run preview")), []);
    assert.deepEqual(problemsOf(block("console", "$ npm run preview\nnpm run preview\nno file")), []);
    assert.deepEqual(problemsOf(block("console", "$ npm run preview\n…\nother")), [
      'README.md:1: "npm run preview" does not print these lines as shown:\n    other\n    It prints:\n    npm run preview\n    no file',
    ]);
    assert.deepEqual(problemsOf(block("sh", "npm run preview"), { run: () => ({ text: "bad", exitCode: 2 }) }), [
      'README.md:1: "npm run preview" exits with 2:\n    bad',
    ]);
  });

  it("wants a reason where a command is not run, and then checks its name all the same", () => {
    assert.deepEqual(problemsOf(block("sh", "kubectl get pods")), [
      'README.md:1: "kubectl get pods" is not run by this check: mark the block <!-- not run: <reason> -->',
    ]);
    assert.deepEqual(problemsOf(block("sh", "kubectl get pods", "not run: needs a cluster")), []);
    assert.deepEqual(problemsOf(block("sh", "npm run deploy", "not run: needs a cluster")), [
      'README.md:3: package.json has no script "deploy"',
    ]);
    assert.equal(problemsOf(block("sh", "kubectl get pods", "not run: ")).length, 1);
  });

  it("checks names of commands in the text", () => {
    assert.deepEqual(problemsOf("Call `npm run preview`."), []);
    assert.deepEqual(problemsOf("Call `npm run deploy`."), ['README.md:1: package.json has no script "deploy"']);
  });

  it("compares a text with the output that its mark names, of a stack file where it names one", () => {
    assert.deepEqual(problemsOf(block("text", "…\nno file", "output: npm run preview")), []);
    assert.deepEqual(problemsOf(block("text", "…\nb.yaml", "output with b.yaml: npm run preview")), []);
    assert.equal(problemsOf(block("text", "other", "output: npm run preview")).length, 1);
    assert.deepEqual(problemsOf(block("text", "a", "output: ls")), ['README.md:3: "ls" is not run by this check']);
    assert.deepEqual(problemsOf(block("text", "a", "not checked: measured")), []);
    assert.deepEqual(problemsOf(block("text", "a")), [
      "README.md:1: a text needs a mark: <!-- output: <command> -->, or <!-- not checked: <reason> -->",
    ]);
  });

  it("checks that the folders of a layout exist", () => {
    assert.deepEqual(problemsOf(block("text", "a/   what", "check: paths")), []);
    assert.deepEqual(problemsOf(block("text", "a/   what\nb/c/ what", "check: paths")), [
      "README.md:3: there is no b/c/",
    ]);
  });

  it("reads JSON, and policy levels as such", () => {
    assert.deepEqual(problemsOf(block("json", '{ "a": 1 }')), []);
    assert.match(problemsOf(block("json", "{ a }"))[0]!, /^README.md:1: is wrong: /);
    const readLevels = (): never => {
      throw new Error("no rule has this name");
    };
    assert.deepEqual(problemsOf(block("json", "{}", "check: levels"), { readLevels }), [
      "README.md:3: is wrong: no rule has this name",
    ]);
  });

  it("gives YAML and TypeScript to their checks", () => {
    assert.match(problemsOf(block("yaml", "- a"))[0]!, /is no YAML mapping/);
    const seen: string[] = [];
    const checkTypeScript: Project["checkTypeScript"] = (blocks) => {
      seen.push(...blocks.flatMap(({ lines }) => lines));
      return [];
    };
    assert.deepEqual(problemsOf(block("ts", "let a = 1;"), { checkTypeScript }), []);
    assert.deepEqual(seen, ["let a = 1;"]);
  });

  it("leaves out TypeScript and Python that say why", () => {
    const seen: number[] = [];
    const checkTypeScript: Project["checkTypeScript"] = (blocks) => {
      seen.push(blocks.length);
      return [];
    };
    const pages = block("ts", "let a", "not checked: needs a package") + block("python", "a", "not run: the same");
    assert.deepEqual(problemsOf(pages, { checkTypeScript }), []);
    assert.deepEqual(seen, [0]);
    assert.deepEqual(problemsOf(block("python", "a = 1")), [
      "README.md:1: Python is not run by this check: mark the block <!-- not run: <reason> -->",
    ]);
  });

  it("takes YAML by its mark: a part of a file, or Kubernetes objects", () => {
    assert.deepEqual(problemsOf(block("yaml", "a: 1", "part of a.yaml")), []);
    assert.deepEqual(problemsOf(block("yaml", "a: 2", "part of a.yaml")), [
      "README.md:3: a is not so in a.yaml: show what is there",
    ]);
    assert.deepEqual(problemsOf(block("yaml", "a: 1", "part of b.yaml")), ["README.md:3: there is no b.yaml"]);
    assert.equal(problemsOf(block("yaml", "kind: Ingress", "check: manifests")).length, 3);
  });

  it("says how many problems there are, or how many pages are right", () => {
    const [problem] = checkDocs(project({ "README.md": block("", "a") }));
    assert.match(resultText([problem!], 1), /^1 problem:\nREADME.md:1: /);
    assert.match(resultText([problem!, problem!], 1), /^2 problems:\n/);
    assert.equal(resultText([], 3), "3 pages: every block, command and link is right");
  });
});

describe("links", () => {
  const pages = (link: string): Record<string, string> => ({
    "README.md": `[a](${link})\n`,
    "docs/a.md": "# A part\n\n[back](../README.md) [b](b.md#a-part)\n",
    "docs/b.md": "# A part\n",
  });
  const linkProblems = (link: string, packed: string[]): string[] =>
    checkDocs(project(pages(link), { packed: new Set(packed) })).map(formatProblem);

  it("lead to files, folders and headings", () => {
    for (const link of ["docs/a.md", "docs", "docs/a.md#a-part", "https://example.com/x"]) {
      assert.deepEqual(linkProblems(link, ["README.md", "docs/a.md", "docs/b.md"]), [], link);
    }
  });

  it("may not lead nowhere", () => {
    assert.deepEqual(linkProblems("docs/c.md", []), [
      "README.md:1: the link docs/c.md leads nowhere: there is no docs/c.md",
    ]);
    assert.deepEqual(linkProblems("docs/a.md#part", []), [
      "README.md:1: the link docs/a.md#part leads to no heading of docs/a.md",
    ]);
    assert.deepEqual(linkProblems("#part", []), ["README.md:1: the link #part leads to no heading of README.md"]);
  });

  it("of packed pages may not leave the npm package; those of other pages may", () => {
    assert.deepEqual(linkProblems("docs/b.md", ["README.md"]), [
      'README.md:1: the link docs/b.md breaks in the npm package, which has no docs/b.md: add it to "files" of package.json, or name it without a link',
    ]);
    assert.deepEqual(linkProblems("docs/b.md", ["LICENSE"]), []);
  });
});
