/** A stack with a batch, deployed to a stand-in for an API server. */
import { PassThrough } from "node:stream";
import type { KubernetesObject } from "../../../tools/local/client.js";
import type { CronJob } from "../../../tools/batch/objects.js";
import { specOf } from "../../../tools/batch/batches.js";
import type { Terminal } from "../../../tools/batch/submit.js";
import { modelConfig } from "../../serving/fixtures.js";
import { stackValues } from "../../stacks/fixtures.js";
import { folderWith, stackText } from "../folders.js";
import { resourcesOf } from "../reports.js";
import type { ApiServer } from "./apiServer.js";

export const STACK = "test";

/** Values of a stack with the batch `evals`, which writes to a claim. */
export const VALUES = {
  cluster: {
    existing: {
      gpuNodes: {
        pool: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "on-demand", max: 2 },
        spot: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "spot", max: 4 },
      },
    },
  },
  models: { chat: modelConfig() },
  batch: {
    evals: {
      from: { model: "chat", release: "r1" },
      servedName: "chat",
      output: { claim: { name: "data", path: "evals" } },
      endpoint: "/v1/chat/completions",
      shards: { lines: 2 },
    },
  },
};

/** A folder with the stack's file. */
export function stackFolder(): string {
  const values = stackValues(VALUES);
  return folderWith({ "Pulumi.yaml": "name: test\nruntime: nodejs\n", [`Pulumi.${STACK}.yaml`]: stackText(values) });
}

/** Puts the stack's CronJob into the cluster, as the program registers it. */
export async function deploy(server: ApiServer): Promise<CronJob> {
  const found = (await resourcesOf(VALUES)).find(({ type }) => type === "kubernetes:batch/v1:CronJob");
  return server.put(found!.inputs as unknown as KubernetesObject) as CronJob;
}

/** A line of an input. */
export function line(customId: string, changes: object = {}): string {
  const body = { model: "chat", messages: [{ role: "user", content: "hi" }] };
  return JSON.stringify({ custom_id: customId, method: "POST", url: "/v1/chat/completions", body, ...changes });
}

/** Where a command writes, kept. */
export function screen(): Terminal & { lines: string[] } {
  const lines: string[] = [];
  const keep = (text: string): void => void lines.push(text);
  return { lines, report: keep, show: keep, everySeconds: 0.05, input: new PassThrough() };
}

/** What the conductor of a Job is told. */
export function toldTo(job: KubernetesObject): ReturnType<typeof specOf> {
  return specOf((job as unknown as { spec: CronJob["spec"]["jobTemplate"]["spec"] }).spec.template);
}
