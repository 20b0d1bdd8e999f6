import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

import { ContractError } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import { listStacks } from "../../stacks/stackFile.js";
import { readStackFile, type StackFile } from "../../tools/stackFile.js";
import { folderWith, PROJECT, removeFolders } from "./folders.js";

/** Reads a stack file with this text. */
function read(text: string): StackFile {
  return readStackFile(folderWith({ "Pulumi.test.yaml": text }), "test");
}

/** The problems of a stack file with this text. */
function problems(text: string): string[] {
  try {
    read(text);
  } catch (thrown) {
    assert.ok(thrown instanceof ContractError, String(thrown));
    return thrown.message.split("\n");
  }
  return [];
}

describe("listStacks", () => {
  after(removeFolders);

  it("names the stacks that have a file, sorted, and not the project", () => {
    assert.deepEqual(listStacks(PROJECT), ["prod", "staging"]);
    const files = {
      "Pulumi.yaml": "",
      "Pulumi.b.yaml": "",
      "Pulumi.a-1.yaml": "",
      "Pulumi.c.yml": "",
      "notes.yaml": "",
    };
    assert.deepEqual(listStacks(folderWith(files)), ["a-1", "b"]);
  });
});

describe("readStackFile", () => {
  after(removeFolders);

  it("takes a key without namespace for the project's own, as Pulumi does", () => {
    const { values, engineConfig } = read("config:\n  namespace: models\n");
    assert.deepEqual([values, engineConfig], [{ namespace: "models" }, { "vllm:namespace": "models" }]);
  });

  it("refuses keys at the top that Pulumi does not know, all at once", () => {
    assert.deepEqual(problems("confg:\n  vllm:namespace: a\nvllm:models: {}\n"), [
      'Pulumi.test.yaml: unknown key "confg" at the top; did you mean config? Allowed: config, secretsprovider, encryptedkey, encryptionsalt or environment',
      'Pulumi.test.yaml: unknown key "vllm:models" at the top; put it under config. Allowed: config, secretsprovider, encryptedkey, encryptionsalt or environment',
    ]);
  });

  it("reads this project's values by key, and all values as the engine gives them", () => {
    const folder = folderWith({
      "Pulumi.test.yaml":
        "encryptionsalt: v1\nconfig:\n  aws:region: us-east-1\n  vllm:namespace: models\n  vllm:access: { clientNamespaces: [a] }\n",
    });
    assert.deepEqual(readStackFile(folder, "test"), {
      stack: "test",
      file: join(folder, "Pulumi.test.yaml"),
      values: { namespace: "models", access: { clientNamespaces: ["a"] } },
      engineConfig: {
        "aws:region": "us-east-1",
        "vllm:namespace": "models",
        "vllm:access": '{"clientNamespaces":["a"]}',
      },
      secretPaths: [],
      engineSecretKeys: [],
    });
  });

  it("masks secrets wherever they stand, and says where", () => {
    const file = read(
      [
        "config:",
        "  aws:token: { secure: AAAc1 }",
        "  vllm:huggingFaceToken: { secure: AAAc2 }",
        "  vllm:cluster: { existing: { name: c, kubeconfig: { secure: AAAc3 } } }",
        "  vllm:list: [plain, { secure: AAAc4 }]",
        "  vllm:namespace: models",
      ].join("\n"),
    );
    assert.deepEqual(file.values, {
      huggingFaceToken: "[secret]",
      cluster: { existing: { name: "c", kubeconfig: "[secret]" } },
      list: ["plain", "[secret]"],
      namespace: "models",
    });
    assert.deepEqual(file.secretPaths, ["huggingFaceToken", "cluster.existing.kubeconfig", "list[1]"]);
    assert.deepEqual(file.engineSecretKeys, ["aws:token", "vllm:huggingFaceToken", "vllm:cluster", "vllm:list"]);
    assert.ok(!JSON.stringify(file).includes("AAAc"));
  });

  it("takes an object with a key `secure` and others for what it is", () => {
    const { values, secretPaths } = read("config:\n  vllm:a: { secure: x, other: y }\n  vllm:b: { secure: 1 }\n");
    assert.deepEqual(values, { a: { secure: "x", other: "y" }, b: { secure: 1 } });
    assert.deepEqual(secretPaths, []);
  });

  it("follows merge keys and aliases", () => {
    const text = "config:\n  vllm:a: &a { x: 1, y: 2 }\n  vllm:b: { <<: *a, y: 3 }\n  vllm:c: *a\n";
    assert.deepEqual(read(text).values, { a: { x: 1, y: 2 }, b: { x: 1, y: 3 }, c: { x: 1, y: 2 } });
  });

  it("follows a block that hundreds of models share", () => {
    const models = Array.from({ length: 500 }, (_, index) => `    m${index}: { releases: *shared }`);
    const text = ["config:", "  vllm:models:", "    first: { releases: &shared { r1: { context: 8192 } } }", ...models];
    const { values } = read(text.join("\n"));
    const read500 = values["models"] as Record<string, unknown>;
    assert.equal(Object.keys(read500).length, 501);
    assert.deepEqual(read500["m499"], { releases: { r1: { context: 8192 } } });
  });

  it("names line and column of what is no YAML", () => {
    assert.deepEqual(problems("config:\n\tvllm:a: 1\n"), ["Pulumi.test.yaml:2: is indented by a tab: use spaces"]);
    const [first] = problems("config:\n  vllm:a: [1\n  vllm:b: 2\n");
    assert.match(first!, /^Pulumi\.test\.yaml:3:3: .*: close it$/);
  });

  it("refuses a key that is given twice", () => {
    assert.deepEqual(problems("config:\n  vllm:a: 1\n  vllm:b: 2\n  vllm:a: 3\n"), [
      'Pulumi.test.yaml:4:3: the key "vllm:a" is on line 2 already: leave one out',
    ]);
  });

  it("refuses an alias without an anchor, and a file made to exhaust memory", () => {
    assert.deepEqual(problems("config:\n  vllm:a: *nowhere\n"), [
      'Pulumi.test.yaml:2:11: no anchor "&nowhere" stands before this alias: quote it if it is text',
    ]);
    const bomb = ["config:", "  a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"]) {
      bomb.push(`  ${to}: &${to} [${Array<string>(9).fill(`*${from}`).join(", ")}]`);
    }
    assert.match(problems(bomb.join("\n")).join(), /^Pulumi\.test\.yaml: has more than 300,000 values/);
  });

  it("refuses a small file whose aliases become millions of values, soon and without much memory", () => {
    const list = (item: string, length: number): string => `[${Array<string>(length).fill(item).join(", ")}]`;
    const before = process.memoryUsage().rss;
    assert.deepEqual(problems(`config:\n  a: &a ${list("x", 1000)}\n  b: ${list("*a", 20_000)}\n`), [
      "Pulumi.test.yaml: has a list or an object with 20,000 entries, and 2,000 are the most: use fewer, or several stacks",
    ]);
    assert.deepEqual(problems(`config:\n  a: &a ${list("x", 1000)}\n  b: ${list(list("*a", 200), 100)}\n`), [
      "Pulumi.test.yaml: has more than 300,000 values, those that YAML aliases repeat included: use fewer, or several stacks",
    ]);
    assert.ok(process.memoryUsage().rss - before < 500 * 2 ** 20);
  });

  it("refuses a file that is nested too deep, whether its reader or what comes after would fail on it", () => {
    assert.deepEqual(problems(`config:\n  a: ${"[".repeat(70)}${"]".repeat(70)}\n`), [
      "Pulumi.test.yaml: is nested more than 64 levels deep: use fewer",
    ]);
    assert.deepEqual(problems(`config:\n  a: ${"[".repeat(100_000)}\n`), [
      "Pulumi.test.yaml: is nested more than 64 levels deep: use fewer",
    ]);
  });

  it("refuses a file that is too large", () => {
    assert.deepEqual(problems(`# ${"x".repeat(9 * 2 ** 20)}\n`), [
      "Pulumi.test.yaml: cannot be read: it has 10 MiB, and 4 are the most: use several stacks",
    ]);
  });

  it("answers malformed models with the first problems and their number, and very many with how many there may be", () => {
    const malformed = (count: number) => Array.from({ length: count }, (_, index) => `    m${index}: 1`);
    const textOf = (count: number) => ["config:", "  vllm:models:", ...malformed(count)].join("\n");
    const { values, secretPaths } = read(textOf(300));
    const { problems: found } = parseStackConfig({ ...values, cluster: { existing: { name: "c" } } }, secretPaths);
    assert.equal(found.length, 300);
    const said = new ContractError(found).message.split("\n");
    assert.equal(said.length, 201);
    assert.equal(said.at(-1), "… and 100 more");
    assert.deepEqual(problems(textOf(50_000)), [
      "Pulumi.test.yaml: has a list or an object with 50,000 entries, and 2,000 are the most: use fewer, or several stacks",
    ]);
  });

  it("refuses a file whose reader would go down one call for each level, wherever they end", () => {
    for (const open of ["- ", "? "]) {
      assert.deepEqual(problems(`config:\n  a:\n    ${open.repeat(100_000)}\n  b: 1\n`), [
        "Pulumi.test.yaml: is nested more than 64 levels deep: use fewer",
      ]);
    }
  });

  it("refuses a long text that aliases repeat", () => {
    const aliases = Array.from({ length: 200 }, (_, index) => `  m${index}: *a`);
    assert.deepEqual(problems(["config:", `  a: &a ${"x".repeat(200_000)}`, ...aliases].join("\n")), [
      "Pulumi.test.yaml: has more than 16,777,216 characters, those that YAML aliases repeat included: use fewer",
    ]);
  });

  it("refuses what not every reader takes for the same: tags, keys that are no text, one key in both spellings", () => {
    for (const value of ["!!omap [y: { secure: B }]", "!!set { a, b }", "!!binary QUFB", "!own x"]) {
      const [first, ...others] = problems(`config:\n  vllm:a: ${value}\n`);
      assert.match(first!, /^Pulumi\.test\.yaml:2:\d+: Unresolved tag: /, value);
      assert.deepEqual(others, []);
    }
    assert.deepEqual(problems("config:\n  ? [a, b]\n  : 1\n"), [
      "Pulumi.test.yaml: has a list or an object as a key: use text",
    ]);
    assert.deepEqual(problems("config:\n  vllm:models: { __proto__: { a: 1 } }\n"), [
      'Pulumi.test.yaml:2:18: the key "__proto__" is lost by many readers: use another name',
    ]);
    assert.deepEqual(problems("config:\n  huggingFaceToken: plain\n  vllm:huggingFaceToken: { secure: x }\n"), [
      'Pulumi.test.yaml: config.huggingFaceToken: stands there as "vllm:huggingFaceToken", too, which is the same: leave one out',
    ]);
  });

  it("takes a key with dots for none of what it is like", () => {
    const { values, secretPaths } = read(
      'config:\n  "vllm:cluster.existing.kubeconfig": { secure: x }\n  vllm:cluster: { existing: { name: c, kubeconfig: plain } }\n',
    );
    assert.deepEqual(secretPaths, ['["cluster.existing.kubeconfig"]']);
    const said = parseStackConfig(values, secretPaths).problems.map(({ path, message }) => `${path}: ${message}`);
    assert.ok(
      said.some((line) => line.startsWith("vllm:cluster.existing.kubeconfig: is in plain text")),
      said.join("\n"),
    );
  });

  it("stays within the project: no path for a name, no link out of it, nothing but a file", () => {
    const outside = folderWith({ "secret.yaml": "token: abc\n" });
    const folder = folderWith({
      "inside.yaml": "config: { namespace: models }\n",
      "sub/Pulumi.x.yaml": "config: {}\n",
    });
    const said = (stack: string): string => {
      try {
        return JSON.stringify(readStackFile(folder, stack).values);
      } catch (thrown) {
        assert.ok(thrown instanceof ContractError, String(thrown));
        return thrown.message;
      }
    };
    for (const name of ["../x", "a/../../x", "/etc/passwd", "a\u0000b", "a b", "", "x".repeat(101)]) {
      assert.match(
        said(name),
        /^stack: .* is not a stack's name: use up to 100 letters, digits, dashes, dots and underscores$/,
      );
    }
    symlinkSync(join(outside, "secret.yaml"), join(folder, "Pulumi.out.yaml"));
    assert.equal(
      said("out"),
      "Pulumi.out.yaml: cannot be read: it is a link to a file outside of the project, so put the file itself here",
    );
    symlinkSync(join(folder, "inside.yaml"), join(folder, "Pulumi.in.yaml"));
    assert.equal(said("in"), '{"namespace":"models"}');
    execFileSync("mkfifo", [join(folder, "Pulumi.pipe.yaml")]);
    assert.equal(said("pipe"), "Pulumi.pipe.yaml: cannot be read: it is no regular file");
  });

  it("refuses an alias to what it is part of", () => {
    assert.equal(problems("config:\n  vllm:a: &a { b: *a }\n").length, 1);
  });

  it("refuses a file whose top or config is no object", () => {
    const top = "Pulumi.test.yaml: is not a stack config: the top has to be an object with the key config";
    assert.deepEqual(problems("- a\n- b\n"), [top]);
    assert.deepEqual(problems("text\n"), [top]);
    assert.deepEqual(problems("config: [1]\n"), ["Pulumi.test.yaml: config: has to be an object of keys and values"]);
  });

  it("calls a file empty that is, or whose config is, and says what goes there", () => {
    for (const text of ["", "# a comment\n", "---\n", "config:\n", "encryptionsalt: v1\n"]) {
      const [first, ...others] = problems(text);
      assert.match(
        first!,
        /^Pulumi\.test\.yaml: (config: )?is empty: describe the cluster as vllm:cluster and the models as vllm:models/,
      );
      assert.deepEqual(others, [], JSON.stringify(text));
    }
  });

  it("says which stacks there are when one is missing, and which may be meant", () => {
    const missing = (folder: string, stack: string): string => {
      try {
        readStackFile(folder, stack);
      } catch (thrown) {
        assert.ok(thrown instanceof ContractError);
        return thrown.message;
      }
      return "";
    };
    assert.equal(
      missing(PROJECT, "stagng"),
      'Pulumi.stagng.yaml: there is no stack "stagng": use prod or staging; did you mean staging?',
    );
    assert.equal(
      missing(PROJECT, "elsewhere"),
      'Pulumi.elsewhere.yaml: there is no stack "elsewhere": use prod or staging',
    );
    assert.equal(
      missing(folderWith(), "staging"),
      'Pulumi.staging.yaml: there is no stack "staging": there are none in this folder',
    );
  });
});
