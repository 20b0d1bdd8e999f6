/** A stand-in of the API server and the Job controller: Jobs over TLS, and a process for each of their pods. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { folderWith } from "../../../tools/folders.js";
import { endOf, type Interruption, start } from "./program.js";

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

export interface Job {
  metadata: { name: string; labels?: Record<string, string>; ownerReferences?: { name: string; uid: string }[] };
  spec: {
    completions: number;
    parallelism: number;
    completionMode: string;
    backoffLimitPerIndex?: number;
    suspend?: boolean;
    template: { spec: { containers: { name: string; env?: { name: string; value: string }[] }[] } };
  };
  status?: { active?: number; failedIndexes?: string; conditions?: Condition[] };
}

/** What a cluster does with the pods of Jobs. */
export interface Pods {
  program: "batch_run" | "batch_send";
  spec: object;
  env: Record<string, string>;
  /** What becomes of the pod that is started next: undefined lets it end by itself. */
  interruption?: () => Interruption | undefined;
}

const TOKEN = "service-account-token";
const NAMESPACE = "vllm";

const certificate = (): { key: string; cert: string } => {
  const folder = folderWith();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const names = ["-subj", "/CN=kubernetes", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-days", "2", "-keyout", key, "-out", cert, ...names], {
    stdio: "ignore",
  });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
};

export class FakeCluster {
  readonly jobs = new Map<string, Job>();
  created = 0;
  /** Status of the next answers, instead of what was asked for. */
  readonly failures: number[] = [];
  private readonly tls = certificate();
  private readonly account = folderWith({ token: `${TOKEN}\n`, namespace: NAMESPACE, "ca.crt": this.tls.cert });
  private readonly server: Server;
  private readonly running: Promise<void>[] = [];

  constructor(private readonly pods?: Pods) {
    this.server = createServer(this.tls, (request, response) => void this.answer(request, response));
    this.server.listen(0, "127.0.0.1");
  }

  /** Variables of a pod of this cluster, of the conductor's Job of that name. */
  async env(jobName: string, uid = `uid-of-${jobName}`): Promise<Record<string, string>> {
    if (!this.server.listening) await once(this.server, "listening");
    return {
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String((this.server.address() as AddressInfo).port),
      SERVICE_ACCOUNT_FOLDER: this.account,
      JOB_NAME: jobName,
      JOB_UID: uid,
    };
  }

  /** A new token, as kubelet writes one now and then. */
  turnToken(token: string): void {
    writeFileSync(join(this.account, "token"), token);
  }

  async close(): Promise<void> {
    await Promise.all(this.running);
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [status, body] = this.answerTo(request, Buffer.concat(chunks).toString());
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  }

  private answerTo(request: IncomingMessage, body: string): [number, unknown] {
    const failure = this.failures.shift();
    if (failure !== undefined) return [failure, { message: "not now" }];
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return [401, { message: "Unauthorized" }];
    const jobs = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;
    if (request.method === "GET") {
      const job = this.jobs.get(request.url!.slice(jobs.length + 1));
      return job === undefined ? [404, { message: "not found" }] : [200, job];
    }
    if (request.method !== "POST" || request.url !== jobs)
      return [405, { message: `${request.method} ${request.url}` }];
    const job = JSON.parse(body) as Job;
    if (this.jobs.has(job.metadata.name)) return [409, { message: "there is one" }];
    this.jobs.set(job.metadata.name, job);
    this.created++;
    if (this.pods && job.spec.suspend !== true) this.running.push(this.runPods(job, this.pods));
    return [201, job];
  }

  private async runPods(job: Job, pods: Pods): Promise<void> {
    const waiting = Array.from({ length: job.spec.completions }, (_, index) => index);
    const failed: number[] = [];
    job.status = { active: job.spec.parallelism };
    const runOne = async (): Promise<void> => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        if (!(await this.runIndex(job, index, pods))) failed.push(index);
      }
    };
    await Promise.all(Array.from({ length: job.spec.parallelism }, runOne));
    const type = failed.length === 0 ? "Complete" : "Failed";
    const [reason, message] = type === "Failed" ? ["FailedIndexes", "Job has failed indexes"] : ["", ""];
    job.status = { failedIndexes: failed.sort().join(","), conditions: [{ type, status: "True", reason, message }] };
  }

  /** Starts pods of an index until one is done: false when there are no more tries. */
  private async runIndex(job: Job, index: number, pods: Pods): Promise<boolean> {
    const values = job.spec.template.spec.containers[0]!.env!.map(({ name, value }): [string, string] => [name, value]);
    const env = { ...pods.env, ...Object.fromEntries(values), JOB_COMPLETION_INDEX: String(index) };
    for (let failures = 0; failures <= (job.spec.backoffLimitPerIndex ?? 0);) {
      const interruption = pods.interruption?.();
      const child = start(pods.program, pods.spec, env);
      const timer = interruption && setTimeout(() => child.kill(interruption.signal), interruption.afterMs);
      const { code } = await endOf(child);
      clearTimeout(timer);
      if (code === 0) return true;
      // The podFailurePolicy: a wrong input fails the index, a disruption costs no try.
      if (code === 2) return false;
      if (interruption === undefined) failures++;
    }
    return false;
  }
}
