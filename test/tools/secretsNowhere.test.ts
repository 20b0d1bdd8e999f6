/** Secrets planted in the config, and looked for in all that the commands say and write. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ContractError } from "../../components/config/problems.js";
import { mayHoldSecret } from "../../stacks/secrets.js";
import { collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { stackSteps } from "../../tools/local/manifests.js";
import { diffStack, diffText } from "../../tools/preview/diff.js";
import { preview } from "../../tools/preview/command.js";
import { stackReport } from "../../tools/preview/report.js";
import { stackText as reportText } from "../../tools/preview/text.js";
import { leftOut, manifestFiles } from "../../tools/render/manifests.js";
import { argumentLists } from "../../tools/verifyFlags/argumentLists.js";
import { parseStackConfig } from "../../stacks/config.js";
import { FULL_BUILT, FULL_EXISTING } from "../stacks/fullConfig.js";
import { placesOnce, planted } from "../stacks/leaves.js";
import { folderWith, removeFolders, stackText } from "./folders.js";
import { decryptedFile, WITH_SECRETS } from "./reports.js";

const MARK = "m4rked-s3cret";

describe("a secret", () => {
  after(removeFolders);

  for (const { name, values, leaves } of placesOnce({ existing: FULL_EXISTING, built: FULL_BUILT })) {
    it(`that is encrypted at any other place ends every command with its path, and without its value (${name})`, () => {
      for (const { keys, path } of leaves.filter(({ path }) => !mayHoldSecret(path))) {
        const file = stackText(planted(values, keys, { secure: `v1:${MARK}` }) as object);
        const stack = folderWith({ "Pulumi.test.yaml": file });
        assert.throws(
          () => loadStack(stack, "test"),
          (thrown) => {
            assert.ok(thrown instanceof ContractError);
            assert.ok(thrown.message.includes(`vllm:${path}: is encrypted`), `${path}: ${thrown.message}`);
            assert.ok(!thrown.message.includes(MARK), path);
            return true;
          },
        );
      }
    });
  }

  it("in its place is in nothing that a command prints or writes, once it is decrypted", async () => {
    const changes = JSON.parse(JSON.stringify(WITH_SECRETS).replaceAll("s3cret", MARK)) as typeof WITH_SECRETS;
    const file = decryptedFile(changes);
    assert.ok(JSON.stringify(file.engineConfig).includes(MARK));
    const { config, problems } = parseStackConfig(file.values, file.secretPaths);
    const resources = await collect(file);
    const report = stackReport("test", config!, resources, [], problems);
    const outputs = {
      resources: JSON.stringify(resources),
      report: JSON.stringify(report),
      text: reportText(report),
      diff: diffText(diffStack(undefined, report)) + JSON.stringify(diffStack(undefined, report)),
      rendered: JSON.stringify(manifestFiles(resources, "test")) + leftOut(resources).join(),
      arguments: JSON.stringify(argumentLists("test", resources)),
      local: JSON.stringify(stackSteps(resources, { load: { others: "1s", named: {} }, run: "r" })),
    };
    for (const [name, output] of Object.entries(outputs)) {
      assert.ok(output.length > 100, name);
      assert.ok(!output.includes(MARK), name);
    }
  });

  it("in plain text is refused by the commands, which do not repeat it", async () => {
    for (const keys of [["huggingFaceToken"], ["cluster", "existing", "kubeconfig"]]) {
      const values = { ...FULL_EXISTING, huggingFaceToken: { secure: "v1:AAAc" } };
      const folder = folderWith({ "Pulumi.test.yaml": stackText(planted(values, keys, MARK) as object) });
      for (const format of ["text", "json", "markdown"] as const) {
        await assert.rejects(preview(folder, ["test"], { format }), (thrown) => {
          assert.ok(thrown instanceof ContractError);
          assert.ok(thrown.message.includes(`vllm:${keys.join(".")}: is in plain text in the stack file`));
          assert.ok(!thrown.message.includes(MARK));
          return true;
        });
      }
      assert.ok(readFileSync(join(folder, "Pulumi.test.yaml"), "utf8").includes(MARK));
    }
  });

  it("in the address of Prometheus is refused, and not repeated", () => {
    for (const url of [`https://u:${MARK}@prometheus:9090`, `https://${MARK}@prometheus`, `ftp://u:${MARK}@x`]) {
      const { problems } = parseStackConfig({ ...FULL_EXISTING, platform: { prometheus: { url } } });
      const said = problems.filter(({ path }) => path === "vllm:platform.prometheus.url");
      assert.equal(said.length, 1, url);
      assert.ok(!JSON.stringify(problems).includes(MARK), url);
    }
    const { problems } = parseStackConfig({
      ...FULL_EXISTING,
      platform: { prometheus: { url: "http://p:9090/?x=1" } },
    });
    assert.ok(
      problems.some(({ message }) => message.endsWith("holds a query or a fragment: give the address alone")),
      JSON.stringify(problems),
    );
  });
});
