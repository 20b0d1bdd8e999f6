import assert from "node:assert/strict";
import { join } from "node:path";

import { ContractError } from "../../components/contract/problems";
import { listStacks, readStackFile, type StackFile } from "../../tools/stackFile";
import { folderWith, PROJECT, removeFolders } from "./folders";

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
      secretKeys: [],
      engineSecretKeys: [],
    });
  });

  it("masks secrets wherever they stand, and says which keys hold one", () => {
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
    assert.deepEqual(file.secretKeys, ["huggingFaceToken", "cluster", "list"]);
    assert.deepEqual(file.engineSecretKeys, ["aws:token", "vllm:huggingFaceToken", "vllm:cluster", "vllm:list"]);
    assert.ok(!JSON.stringify(file).includes("AAAc"));
  });

  it("takes an object with a key `secure` and others for what it is", () => {
    const { values, secretKeys } = read("config:\n  vllm:a: { secure: x, other: y }\n  vllm:b: { secure: 1 }\n");
    assert.deepEqual(values, { a: { secure: "x", other: "y" }, b: { secure: 1 } });
    assert.deepEqual(secretKeys, []);
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
    assert.deepEqual(problems("config:\n\tvllm:a: 1\n"), ["Pulumi.test.yaml:2:1: Tabs are not allowed as indentation"]);
    const [first] = problems("config:\n  vllm:a: [1\n  vllm:b: 2\n");
    assert.match(first!, /^Pulumi\.test\.yaml:3:3: Flow sequence in block collection must be sufficiently indented/);
  });

  it("refuses a key that is given twice", () => {
    assert.deepEqual(problems("config:\n  vllm:a: 1\n  vllm:b: 2\n  vllm:a: 3\n"), [
      "Pulumi.test.yaml:4:3: Map keys must be unique",
    ]);
  });

  it("refuses an alias without an anchor, and a file made to exhaust memory", () => {
    assert.deepEqual(problems("config:\n  vllm:a: *nowhere\n"), [
      "Pulumi.test.yaml: has a YAML alias that cannot be followed: " +
        "Unresolved alias (the anchor must be set before the alias): nowhere",
    ]);
    const bomb = ["config:", "  a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"]) {
      bomb.push(`  ${to}: &${to} [${Array<string>(9).fill(`*${from}`).join(", ")}]`);
    }
    assert.match(problems(bomb.join("\n")).join(), /cannot be followed: Excessive alias count/);
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

  it("reads a file that is empty, or has no config, as one without values", () => {
    for (const text of ["", "# a comment\n", "config:\n", "encryptionsalt: v1\n"]) {
      assert.deepEqual(read(text).values, {}, JSON.stringify(text));
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
