import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { ContractError } from "../../components/config/problems.js";
import { leftOut, type ManifestFile, manifestFiles, writeManifests } from "../../tools/render.js";
import { builtCluster } from "../stacks/fixtures.js";
import { folderWith, removeFolders } from "./folders.js";
import { resourcesOf, WITH_SECRETS } from "./reports.js";

const HEADER = "# Rendered by pulumi-vllm; do not edit.\n";

/** The content of a file of a rendering. */
function contentOf(files: readonly ManifestFile[], name: string): string {
  const found = files.find((file) => file.name === name);
  assert.ok(found, `${name} is not among ${files.map((file) => file.name).join(", ")}`);
  return found.content;
}

describe("manifestFiles", () => {
  it("names a file by the order to apply it in, its kind and its name", async () => {
    const files = manifestFiles(
      await resourcesOf({ models: { chat: { autoscaling: { max: 2 }, warmSpares: 1 } } }),
      "test",
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      [
        "0-namespace-vllm.yaml",
        "1-priorityclass-vllm-batch.yaml",
        "1-priorityclass-vllm-experimental.yaml",
        "1-priorityclass-vllm-interactive.yaml",
        "1-priorityclass-vllm-spare.yaml",
        "2-serviceaccount-chat-r1.yaml",
        "3-networkpolicy-chat-r1.yaml",
        "4-deployment-chat-r1.yaml",
        "4-deployment-chat-spare.yaml",
        "4-poddisruptionbudget-chat-r1.yaml",
        "4-podmonitor-chat-r1.yaml",
        "4-scaledobject-chat-r1.yaml",
        "4-service-chat-r1.yaml",
        "4-service-chat.yaml",
        "SECRETS.md",
      ],
    );
  });

  it("writes YAML that reads back as what the program registered, without Pulumi's annotations", async () => {
    const resources = await resourcesOf({ models: { chat: { autoscaling: { max: 2 }, warmSpares: 1 } } });
    const files = manifestFiles(resources, "test").filter(({ name }) => name.endsWith(".yaml"));
    const objects = new Map(
      resources
        .filter(({ type, secret }) => type.startsWith("kubernetes:") && !secret)
        .map(({ inputs }) => {
          const { kind, metadata } = inputs as { kind: string; metadata: { name: string } };
          return [`${kind.toLowerCase()}-${metadata.name}.yaml`, inputs];
        }),
    );
    assert.equal(files.length, objects.size);
    for (const { name, content } of files) {
      assert.ok(content.startsWith(HEADER), name);
      const manifest = parse(content) as { metadata: { annotations?: Record<string, string> } };
      const expected = structuredClone(objects.get(name.slice(2))) as typeof manifest;
      if (name.includes("deployment-chat-spare")) {
        assert.deepEqual(expected.metadata.annotations, { "pulumi.com/skipAwait": "true" });
        delete expected.metadata.annotations;
      }
      assert.deepEqual(manifest, expected, name);
    }
    assert.ok(!files.some(({ content }) => content.includes("pulumi.com/")));
  });

  it("keeps every annotation that is not Pulumi's", async () => {
    const files = manifestFiles(await resourcesOf(), "test");
    const { metadata } = parse(contentOf(files, "4-deployment-chat-r1.yaml")) as {
      metadata: { annotations: Record<string, string> };
    };
    assert.deepEqual(Object.keys(metadata.annotations).sort(), [
      "pulumi-vllm.dev/contract",
      "pulumi-vllm.dev/contract-hash",
    ]);
  });

  it("writes no Secret and no text of one", async () => {
    const files = manifestFiles(await resourcesOf(WITH_SECRETS), "test");
    for (const { name, content } of files) {
      assert.doesNotMatch(content, /s3cret|\[secret\]/, name);
      assert.doesNotMatch(content, /^kind: Secret$/m, name);
    }
  });

  it("gives a command for each Secret that the manifests use", async () => {
    const files = manifestFiles(await resourcesOf(WITH_SECRETS), "test");
    const text = contentOf(files, "SECRETS.md");
    assert.ok(text.startsWith(`${HEADER}\n# Secrets of stack test\n`));
    assert.deepEqual(
      text.split("\n").filter((line) => line.includes("kubectl -n")),
      [
        "kubectl -n vllm create secret generic hugging-face --from-file=token=/dev/stdin",
        "openssl rand -hex 20 | tr -d '\\n' | kubectl -n vllm create secret generic chat-api-key --from-file=api-key=/dev/stdin",
      ],
    );
  });

  it("uses no Secret that SECRETS.md does not name", async () => {
    const files = manifestFiles(await resourcesOf(WITH_SECRETS), "test");
    const text = contentOf(files, "SECRETS.md");
    const used = [
      ...contentOf(files, "4-deployment-chat-r1.yaml").matchAll(/secretKeyRef:\n\s+key: (\S+)\n\s+name: (\S+)/g),
    ];
    assert.deepEqual(
      used.map(([, key, name]) => [key, name]),
      [
        ["api-key", "chat-api-key"],
        ["token", "hugging-face"],
      ],
    );
    for (const [, key, name] of used) assert.match(text, new RegExp(`generic ${name} --from-\\w+=${key}=`));
  });

  it("leaves out components and what is of another provider", async () => {
    const resources = (await resourcesOf()).filter(({ type }) => !type.startsWith("kubernetes:"));
    assert.ok(resources.length > 4);
    assert.deepEqual(manifestFiles(resources, "test"), []);
  });
});

describe("leftOut", () => {
  it("is nothing where all is manifests, Secrets or Pulumi's own", async () => {
    assert.deepEqual(leftOut(await resourcesOf()), []);
  });

  it("counts what the cloud and Helm have to make", async () => {
    const resources = await resourcesOf(builtCluster());
    const releases = resources.filter(({ type }) => type.endsWith(":Release")).length;
    const aws = resources.filter(({ type, custom }) => custom && type.startsWith("aws:")).length;
    assert.ok(releases > 0 && aws > 0);
    assert.deepEqual(leftOut(resources).sort(), [`${releases} Helm releases`, `${aws} AWS resources`]);
  });
});

describe("writeManifests", () => {
  after(removeFolders);
  const file = (name: string, text = "kind: X\n"): ManifestFile => ({ name, content: HEADER + text });

  it("makes the folder and leaves only whole files in it", () => {
    const folder = join(folderWith(), "deep", "out");
    writeManifests(folder, [file("a.yaml"), file("b.yaml", "kind: Y\n")]);
    assert.deepEqual(readdirSync(folder).sort(), ["a.yaml", "b.yaml"]);
    assert.equal(readFileSync(join(folder, "b.yaml"), "utf8"), `${HEADER}kind: Y\n`);
  });

  it("replaces its files and removes those that are no longer made", () => {
    const folder = folderWith();
    writeManifests(folder, [file("a.yaml"), file("b.yaml"), file("SECRETS.md")]);
    writeManifests(folder, [file("a.yaml", "kind: Z\n"), file("c.yaml")]);
    assert.deepEqual(readdirSync(folder).sort(), ["a.yaml", "c.yaml"]);
    assert.equal(readFileSync(join(folder, "a.yaml"), "utf8"), `${HEADER}kind: Z\n`);
  });

  it("leaves the files of others where they are", () => {
    const others = { "kustomization.yaml": "resources: []\n", "README.md": "# Ours\n", "notes.txt": HEADER };
    const folder = folderWith(others);
    writeManifests(folder, [file("a.yaml")]);
    for (const [name, content] of Object.entries(others))
      assert.equal(readFileSync(join(folder, name), "utf8"), content);
  });

  it("does not write over a file of others that has a name of its own", () => {
    const folder = folderWith({ "SECRETS.md": "# How we make ours\n" });
    try {
      writeManifests(folder, [file("a.yaml"), file("SECRETS.md")]);
    } catch (thrown) {
      assert.ok(thrown instanceof ContractError);
    }
    assert.equal(readFileSync(join(folder, "SECRETS.md"), "utf8"), "# How we make ours\n");
  });

  it("takes no notice of a folder that is named like a manifest", () => {
    const folder = folderWith({ "charts.yaml/values.txt": "" });
    writeManifests(folder, [file("a.yaml")]);
    assert.ok(existsSync(join(folder, "charts.yaml", "values.txt")));
  });

  it("follows no link: neither of a file, nor of one half-written, nor of the folder", () => {
    const elsewhere = folderWith({ "a.yaml": HEADER, "kept.txt": "theirs" });
    const folder = folderWith();
    symlinkSync(join(elsewhere, "kept.txt"), join(folder, "a.yaml.partial"));
    symlinkSync(join(elsewhere, "a.yaml"), join(folder, "b.yaml"));
    symlinkSync(join(elsewhere, "none"), join(folder, "c.yaml"));
    writeManifests(folder, [file("a.yaml")]);
    assert.equal(readFileSync(join(elsewhere, "kept.txt"), "utf8"), "theirs");
    assert.deepEqual(readdirSync(folder).sort(), ["a.yaml", "a.yaml.partial", "b.yaml", "c.yaml"]);
    for (const name of ["b.yaml", "c.yaml"]) {
      assert.throws(() => writeManifests(folder, [file(name, "kind: Y\n")]), /is there already and not of a rendering/);
    }
    const link = join(folder, "out");
    symlinkSync(elsewhere, link);
    assert.throws(() => writeManifests(link, [file("b.yaml")]), {
      name: "ContractError",
      message: `${link}: is a link: give the folder that it leads to`,
    });
    assert.deepEqual(readdirSync(elsewhere).sort(), ["a.yaml", "kept.txt"]);
    assert.equal(readFileSync(join(elsewhere, "a.yaml"), "utf8"), HEADER);
  });

  it("follows no link of the project on the way to the folder", () => {
    const [project, elsewhere] = [folderWith(), folderWith()];
    symlinkSync(elsewhere, join(project, "out"));
    const before = process.cwd();
    process.chdir(project);
    try {
      const folder = join(process.cwd(), "out", "staging");
      assert.throws(() => writeManifests(folder, [file("a.yaml")]), { message: /out: is a link: give the folder/ });
    } finally {
      process.chdir(before);
    }
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  it("says of a folder that cannot be written which it is and why", () => {
    const folder = folderWith();
    writeFileSync(join(folder, "taken"), "");
    const out = join(folder, "taken", "out");
    assert.throws(() => writeManifests(out, [file("a.yaml")]), {
      name: "ContractError",
      message: `${out}: cannot be written: ENOTDIR: not a directory, mkdir '${out}'`,
    });
  });
});
