/** The npm package as another program has it: packed, installed into an empty project, compiled and run in every module system. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { compile, ENV, importsOf, installed, manifestOf, run } from "./consumer.js";
import { PROJECT, removeFolders } from "./tools/folders.js";

/** A program that uses both entries. It makes no resource, since that needs an engine. */
const SOURCE = `
import { contractHash, ContractError, loadModels, type RuntimeContract, VllmRuntime } from "pulumi-vllm";
import { rules } from "pulumi-vllm/policies";

const chat = {
  class: "interactive",
  route: { stable: "r1" },
  releases: {
    r1: {
      model: { id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218" },
      image: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
      gpu: { type: "l4" },
      context: 8192,
      concurrency: { sequences: 16, inFlight: 48 },
    },
  },
};
const contracts: RuntimeContract[] = loadModels({ chat }).models.flatMap(({ releases }) => [...releases.values()]);

let problem = "";
try {
  loadModels({ chat: { ...chat, route: { stable: "r2" } } });
} catch (thrown) {
  if (thrown instanceof ContractError) problem = thrown.message;
}

const rule = rules.find(({ name }) => name === "image-pinned");
if (rule === undefined || !("validateResource" in rule)) throw new Error("there is no rule image-pinned");
const props = { spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:latest" }] } };
const pod = { type: "kubernetes:core/v1:Pod", name: "chat", props, getConfig: () => ({ require: "digest" }) };
const broken: string[] = [];
for (const validate of [rule.validateResource ?? []].flat()) {
  void validate(pod as never, (message) => broken.push(message));
}

console.log(JSON.stringify({ component: typeof VllmRuntime, hashes: contracts.map(contractHash), problem, broken }));
`;

describe("the npm package", function () {
  this.timeout(360_000);
  let consumer: string;
  let own: string;
  before(() => {
    consumer = installed();
    own = join(consumer, "node_modules", "pulumi-vllm");
    for (const file of ["main.ts", "main.cts", "main.mts"]) writeFileSync(join(consumer, file), SOURCE);
  });
  after(removeFolders);

  it("declares every package that it requires, and no other; what the policies alone need is optional", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifestOf(own);
    const required = importsOf(join(own, "dist"), ".js");
    assert.deepEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort(), [...required.keys()].sort());
    assert.deepEqual(
      Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional),
      ["@pulumi/policy"],
    );
    assert.deepEqual(required.get("@pulumi/policy"), [join("policies", "pack.js")]);
  });

  it("has Pulumi's SDKs as peers, in ranges that take the versions it is tested with", () => {
    const { dependencies, peerDependencies, devDependencies } = manifestOf(PROJECT);
    assert.deepEqual(
      Object.keys(dependencies).filter((name) => name.startsWith("@pulumi/")),
      [],
    );
    for (const [name, range] of Object.entries(peerDependencies)) {
      const [least, tested] = [range.slice(1), devDependencies[name]!].map((text) => text.split(".").map(Number));
      assert.match(range, /^\^\d+\.\d+\.\d+$/, name);
      assert.equal(tested![0], least![0], name);
      assert.ok(tested![1]! > least![1]! || (tested![1] === least![1] && tested![2]! >= least![2]!), name);
    }
  });

  it("leaves it to the repository to install all that its program needs, where NODE_ENV is production, too", () => {
    assert.match(readFileSync(join(PROJECT, ".npmrc"), "utf8"), /^include=dev$/m);
  });

  it("has no sources, tests or tools in it", () => {
    const files = readdirSync(own, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((file) => /(?<!\.d)\.ts$|^(?:test|tools|stacks)\b|(?<!-)\bplugin\b/.test(file)),
      [],
    );
  });

  describe("compiles and runs", () => {
    for (const [name, sources, options] of [
      [
        "as CommonJS, under the older node resolution",
        { "main.ts": "main.js" },
        // Pulumi's own templates for TypeScript have these settings.
        {
          module: ts.ModuleKind.CommonJS,
          moduleResolution: ts.ModuleResolutionKind.Node10,
          ignoreDeprecations: "6.0",
        },
      ],
      [
        "as CommonJS and as ES module, under nodenext",
        { "main.cts": "main.cjs", "main.mts": "main.mjs" },
        { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
      ],
    ] as const) {
      it(name, () => {
        assert.deepEqual(compile(consumer, Object.keys(sources), options), []);
        for (const program of Object.values(sources)) {
          const { hashes, ...rest } = JSON.parse(run(consumer, process.execPath, [program])) as { hashes: string[] };
          assert.match(hashes.join(), /^[0-9a-f]{8,64}$/, program);
          assert.deepEqual(rest, {
            component: "function",
            problem: 'models.chat.route.stable: there is no release "r2": use r1',
            broken: [
              'container "vllm": image "vllm/vllm-openai:latest" is not pinned: use a version tag with its digest, name:tag@sha256:…',
            ],
          });
        }
      });
    }
  });

  it("judges manifests as npx runs it, with the level files that it brings", () => {
    const { bin } = JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as { bin: Record<string, string> };
    const program = join(own, bin["pulumi-vllm"]!);
    const image = "nginx:1.29.1";
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web" },
      spec: { containers: [{ name: "web", image }] },
    };
    writeFileSync(join(consumer, "pod.json"), JSON.stringify(pod));
    const rulesAt = (stack: string): string[] => {
      const levels = join(own, "policies", "config", `${stack}.json`);
      const args = [program, "judge", "pod.json", "--json", "--config", levels];
      const { stdout, status } = spawnSync(process.execPath, args, { cwd: consumer, env: ENV, encoding: "utf8" });
      const { violations } = JSON.parse(stdout) as { violations: { rule: string }[] };
      assert.equal(status, violations.length === 0 ? 0 : 1);
      return violations.map(({ rule }) => rule);
    };
    assert.deepEqual(rulesAt("prod"), ["image-pinned"]);
    assert.deepEqual(rulesAt("staging"), []);
    assert.match(readFileSync(program, "utf8"), /^#!\/usr\/bin\/env node\n/);
  });

  it("serves the policy pack for a folder that only requires it", async () => {
    const pack = join(consumer, "our-policies");
    mkdirSync(pack);
    writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
    writeFileSync(join(pack, "package.json"), '{ "name": "our-policies", "version": "1.0.0" }');
    writeFileSync(join(pack, "index.js"), 'require("pulumi-vllm/policies/pack");\n');
    // As the CLI starts it; the version is that of the folder's package.json.
    const server = spawn(process.execPath, ["index.js"], { cwd: pack, env: ENV, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [port] = (await once(server.stdout, "data")) as [Buffer];
      assert.match(port.toString(), /^\d+\n$/);
    } finally {
      server.kill();
      await once(server, "exit");
    }
  });
});
