/** Reports of stacks made from values, by the same way as the command line goes. */
import { parseStackConfig } from "../../stacks/config.js";
import { SECRET_PATHS, type SecretPath } from "../../stacks/secrets.js";
import { type CollectedResource, collect } from "../../tools/collect.js";
import { type StackReport, stackReport } from "../../tools/preview/report.js";
import type { StackFile } from "../../tools/stackFile.js";
import type { Config } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";

/** The secrets that the values have. */
function secretPathsOf({ cluster, ...values }: Config): SecretPath[] {
  const kubeconfig = (cluster as { existing?: { kubeconfig?: string } } | undefined)?.existing?.kubeconfig;
  return SECRET_PATHS.filter((path) => (path.includes(".") ? kubeconfig !== undefined : path in values));
}

/** A stack file as if it had been read and its secrets decrypted, which offline nobody can. */
export function decryptedFile(changes: Config = {}): StackFile {
  const values = stackValues(changes);
  const secretPaths = secretPathsOf(values);
  return {
    stack: "test",
    file: "Pulumi.test.yaml",
    values,
    engineConfig: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        `vllm:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    secretPaths,
    engineSecretKeys: secretPaths.map((path) => `vllm:${path.split(".")[0]!}`),
  };
}

/** What the stack registers. */
export function resourcesOf(changes: Config = {}): Promise<CollectedResource[]> {
  return collect(decryptedFile(changes));
}

/** The report of the stack, without policies. */
export async function reportOf(changes: Config = {}): Promise<StackReport> {
  const file = decryptedFile(changes);
  const { config, problems } = parseStackConfig(file.values, file.secretPaths);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return stackReport("test", config, await collect(file), [], problems);
}

/** Values with a text in every place that holds a secret. */
export const WITH_SECRETS: Config = {
  cluster: { existing: { kubeconfig: "users: [{ token: s3cret-kubeconfig }]" } },
  huggingFaceToken: "s3cret-token",
  models: { chat: { releases: { r1: { model: { gated: true } } } } },
};
