import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createHash } from "node:crypto";
import { cancel, fetchRun, status } from "../../../tools/batch/command.js";
import { submit, type SubmitOptions } from "../../../tools/batch/submit.js";
import type { CronJob, Job } from "../../../tools/batch/objects.js";
import { folderWith, removeFolders } from "../folders.js";
import { ApiServer } from "./apiServer.js";
import { deploy, line, screen, STACK, stackFolder, toldTo } from "./fixtures.js";

const GOOD = `${line("a")}\n${line("b")}\n${line("c")}\n`;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("npm run batch", () => {
  let server: ApiServer;
  let cronJob: CronJob;
  let folder: string;
  let options: SubmitOptions;
  let cluster: { kubeconfig: string };

  beforeEach(async () => {
    server = await ApiServer.start();
    cronJob = await deploy(server);
    folder = stackFolder();
    cluster = { kubeconfig: server.kubeconfig() };
    options = { ...cluster, name: "night-1", watch: false, timeout: 10, input: inputOf(GOOD) };
  });

  afterEach(() => server.stop());
  after(removeFolders);

  const inputOf = (text: string): string => join(folderWith({ "in.jsonl": text }), "in.jsonl");
  const runFile = (name: string): string => join(server.folder, "claims", "data", "evals", "night-1", name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(runFile(name)), { recursive: true });
    writeFileSync(runFile(name), text);
  };
  const send = (changes: Partial<SubmitOptions> = {}, batch = "evals") =>
    submit(folder, STACK, batch, { ...options, ...changes }, screen());
  const jobs = (): Job[] => server.of("Job") as Job[];
  const setStatus = (name: string, state: object): void => {
    const job = jobs().find(({ metadata }) => metadata.name === name)!;
    Object.assign(job, { status: state });
  };
  const ended = (type: string): object => ({
    conditions: [{ type, status: "True", reason: "Because", message: "so" }],
  });
  const refusal = async (call: Promise<unknown>): Promise<string> => {
    const thrown: unknown = await call.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    assert.ok(thrown instanceof Error, "it was not refused");
    return thrown.message;
  };

  describe("submit", () => {
    it("uploads the file and makes the run's Job of the batch's CronJob", async () => {
      const { text } = await send();
      assert.equal(readFileSync(runFile("input.jsonl"), "utf8"), GOOD);
      const [job, ...others] = jobs();
      assert.deepEqual(others, [], "the Job that moves files is gone");
      assert.equal(job!.metadata.name, "evals-batch-night-1");
      const told = toldTo(job!);
      assert.equal(told?.run, "night-1");
      assert.deepEqual(told?.input, { file: "/claims/data/evals/night-1/input.jsonl", sha256: sha256(GOOD) });
      const template = cronJob.spec.jobTemplate.spec;
      const [container] = job!.spec.template.spec.containers;
      assert.deepEqual(container!.command, template.template.spec.containers[0]!.command);
      assert.deepEqual(job!.spec["podFailurePolicy"], template["podFailurePolicy"]);
      const [owner] = job!.metadata.ownerReferences as { name: string; uid: string; controller?: boolean }[];
      assert.deepEqual(owner, {
        apiVersion: "batch/v1",
        kind: "CronJob",
        name: "evals-batch",
        uid: cronJob.metadata.uid,
      });
      assert.match(text, /3 lines\.\nFollow it by npm run batch -- status test night-1 --watch/);
    });

    it("names every bad line and asks nothing of the cluster but its batches", async () => {
      const text = `${line("a")}\n{no json\n${line("a")}\n${line("b", { url: "/v1/embeddings" })}\n${line("c", { body: { model: "gpt" } })}\n`;
      const message = await refusal(send({ input: inputOf(text) }));
      assert.match(message, /in\.jsonl:2: no JSON\n/);
      assert.match(message, /in\.jsonl:3: custom_id "a" is that of line 1: give each line its own\n/);
      assert.match(message, /in\.jsonl:4: url is "\/v1\/embeddings": this batch is for \/v1\/chat\/completions\n/);
      assert.match(message, /in\.jsonl:5: body\.model is "gpt": this batch serves chat/);
      assert.deepEqual(server.calls, ["GET cronjobs"]);
    });

    it("refuses an empty file", async () => {
      assert.match(await refusal(send({ input: inputOf("\n \n") })), /no line in it: one JSON object a line is wanted/);
    });

    it("refuses a name that belongs to another input, before anything is uploaded", async () => {
      write("run.json", JSON.stringify({ sha256: "0".repeat(64), shards: 2, requests: 3, bad: 0 }));
      write("input.jsonl", "old");
      assert.match(await refusal(send()), /run "night-1" of batch evals has another input: choose another name/);
      assert.equal(readFileSync(runFile("input.jsonl"), "utf8"), "old");
      assert.deepEqual(jobs(), []);
    });

    it("goes on with a run that has failed, in a new Job of its name", async () => {
      await send();
      setStatus("evals-batch-night-1", ended("Failed"));
      const { uid } = jobs()[0]!.metadata;
      write("run.json", JSON.stringify({ sha256: sha256(GOOD), shards: 2, requests: 3, bad: 0 }));
      write("results/00000.done", "{}");
      const { text } = await send();
      assert.match(text, /it goes on after 1 of 2 shards/);
      assert.equal(jobs().length, 1);
      assert.notEqual(jobs()[0]!.metadata.uid, uid);
    });

    it("starts no second Job of a run that goes on", async () => {
      await send();
      setStatus("evals-batch-night-1", { active: 1 });
      assert.match((await send()).text, /is going on already, with this input/);
      assert.match(await refusal(send({ input: inputOf(`${line("z")}\n`) })), /has another input/);
      assert.equal(jobs().length, 1);
    });

    it("takes the input from a pipe", async () => {
      const terminal = screen();
      const done = submit(folder, STACK, "evals", { ...options, input: "-" }, terminal);
      (terminal.input as unknown as { end: (text: string) => void }).end(GOOD);
      await done;
      assert.equal(readFileSync(runFile("input.jsonl"), "utf8"), GOOD);
    });

    it("keeps nothing of an upload whose connection broke", async () => {
      server.breaks.push({}, { input: 100 });
      assert.match(
        await refusal(send()),
        /uploading the input: the connection ended \d+ bytes before the end of the file: nothing was kept/,
      );
      assert.deepEqual(jobs(), []);
      assert.throws(() => readFileSync(runFile("input.jsonl")), /ENOENT/);
    });

    it("says which batch may be meant", async () => {
      assert.match(await refusal(send({}, "eval")), /no batch "eval" is deployed; did you mean evals\?/);
    });

    it("refuses a name that no Job can have, with what is allowed", async () => {
      const message = await refusal(send({ name: "Night_1" }));
      assert.match(
        message,
        /--name: "Night_1" is no name of a run: use up to 51 lower-case letters, digits and dashes/,
      );
    });

    it("names the verb that is not allowed", async () => {
      server.forbidden.add("POST jobs");
      assert.match(await refusal(send()), /cannot create resource "jobs".*docs\/batch\.md has the Role/);
    });

    it("says where no batch is deployed", async () => {
      server.objects.clear();
      assert.match(
        await refusal(send()),
        /stack test has no batch in cluster https:.*\(context "test"\), namespace vllm/,
      );
    });

    it("says that the cluster cannot be reached", async () => {
      server.stop();
      assert.match(await refusal(send()), /the cluster cannot be reached/);
    });

    it("asks for a file where the config has no input", async () => {
      const { input: _, ...own } = options;
      assert.match(
        await refusal(submit(folder, STACK, "evals", own, screen())),
        /batch evals has no input in its config/,
      );
    });
  });

  describe("status", () => {
    const LOG = [
      "2026-11-26T20:00:00Z the input is cut shards=4 requests=1000 bad=0 seconds=1.2",
      "2026-11-26T20:00:00Z running shards=1/4 requests=100/1000 pods=2 failed=0 interruptions=0 workerSeconds=1800",
      "2026-11-26T20:05:00Z running shards=2/4 requests=700/1000 pods=2 failed=0 interruptions=3 workerSeconds=3600",
      "",
    ].join("\n");

    beforeEach(async () => {
      await send();
      setStatus("evals-batch-night-1", { active: 1, startTime: new Date(Date.now() - 600_000).toISOString() });
      server.logs.set(server.putPod("evals-batch-night-1", "vllm"), LOG);
    });

    const shown = async (json: boolean): Promise<string> =>
      (await status(folder, STACK, undefined, { ...cluster, watch: false, json, width: Infinity }, screen())).text;

    it("shows shards, lines, rate, time left, interruptions and dollars of a run that goes on", async () => {
      const text = await shown(false);
      assert.match(text, /evals +night-1 +running +2\/4 +700\/1,000 +3 +10 min +≤ \$0\.98/);
      assert.match(
        text,
        /night-1 \[█{16}░{8}\] 70 % · shards 2\/4 · lines 700\/1,000 · 2\.0\/s · 3 min left · pods 2 · interruptions 3 · ≤ \$0\.98/,
      );
    });

    it("gives the same as JSON", async () => {
      const [run] = JSON.parse(await shown(true)) as Record<string, unknown>[];
      assert.deepEqual(run!["requests"], { done: 700, total: 1000 });
      assert.deepEqual(
        [run!["batch"], run!["run"], run!["state"], run!["rate"], run!["secondsLeft"], run!["interruptions"]],
        ["evals", "night-1", "running", 2, 150, 3],
      );
    });

    it("says why a run has failed, in the conductor's words", async () => {
      setStatus("evals-batch-night-1", ended("Failed"));
      server.logs.set(
        "evals-batch-night-1-abcde",
        `${LOG}2026-11-26T20:06:00Z refused, a retry is useless: 2 bad lines\nline 3: no JSON\n`,
      );
      assert.match(
        await shown(false),
        /run night-1 has failed: Because: so\nrefused, a retry is useless: 2 bad lines\nline 3: no JSON$/,
      );
    });

    it("follows a run to its end", async () => {
      const terminal = screen();
      const watching = status(folder, STACK, "night-1", { ...cluster, watch: true, json: false, width: 80 }, terminal);
      setTimeout(() => setStatus("evals-batch-night-1", ended("Complete")), 200);
      assert.match(
        (await watching).text,
        /Done\. Fetch the answers by npm run batch -- fetch test night-1 --out night-1\.jsonl/,
      );
      assert.ok(terminal.lines.some((text) => text.includes("lines 700/1,000")));
    });

    it("fails with a run that fails while it is followed", async () => {
      setTimeout(() => setStatus("evals-batch-night-1", ended("Failed")), 200);
      const watching = status(folder, STACK, "night-1", { ...cluster, watch: true, json: false, width: 80 }, screen());
      assert.match(await refusal(watching), /run night-1 has failed/);
    });
  });

  describe("fetch", () => {
    const ANSWERS = `${JSON.stringify({ custom_id: "a" })}\n`.repeat(1000);
    const done = (text = ANSWERS, stated = text): void => {
      write("run.json", JSON.stringify({ sha256: sha256(GOOD), shards: 2, requests: 3, bad: 0 }));
      write("report.json", JSON.stringify({ output: { bytes: Buffer.byteLength(stated), sha256: sha256(stated) } }));
      write("output.jsonl", text);
    };
    const fetched = (run = "night-1", files: object = {}) => {
      const out = join(folderWith(), "out.jsonl");
      const call = fetchRun(folder, STACK, run, { ...cluster, out, timeout: 10, ...files }, screen());
      return { out, call };
    };

    it("brings the output of a run, though its Job has gone", async () => {
      done();
      const { out, call } = fetched();
      assert.match((await call).text, new RegExp(`sha256 ${sha256(ANSWERS)}`));
      assert.equal(readFileSync(out, "utf8"), ANSWERS);
      assert.deepEqual(jobs(), []);
    });

    it("goes on where a connection broke, and asks for no byte twice", async () => {
      done();
      server.breaks.push({}, { output: 5000 }, { output: 4000 });
      const { out, call } = fetched();
      await call;
      assert.equal(readFileSync(out, "utf8"), ANSWERS);
      assert.deepEqual(server.sent.slice(1), [5000, 4000, Buffer.byteLength(ANSWERS) - 9000]);
    });

    it("leaves no file where what comes is not what the report states", async () => {
      done(ANSWERS.replace("a", "b"), ANSWERS);
      const { out, call } = fetched();
      assert.match(await refusal(call), /is not what report\.json states: sha256 .* in place of/);
      assert.throws(() => readFileSync(out), /ENOENT/);
    });

    it("says how far a run is whose output is not joined", async () => {
      await send();
      write("run.json", JSON.stringify({ sha256: sha256(GOOD), shards: 2, requests: 3, bad: 0 }));
      write("results/00001.done", "{}");
      setStatus("evals-batch-night-1", { active: 1 });
      assert.match(await refusal(fetched().call), /the output of run night-1 is not ready: 1 of 2 shards are done$/);
      setStatus("evals-batch-night-1", ended("Failed"));
      assert.match(await refusal(fetched().call), /it does not run: submit it again with its input to go on/);
    });

    it("says that there is no such run", async () => {
      assert.match(await refusal(fetched("nigth").call), /batch evals has no run "nigth"/);
    });

    it("brings the report and the bad lines", async () => {
      done();
      write("errors.jsonl", `{"line": 2}\n`);
      const [errors, report] = [join(folderWith(), "errors"), join(folderWith(), "report")];
      await fetched("evals/night-1", { errors, report }).call;
      assert.equal(readFileSync(errors, "utf8"), `{"line": 2}\n`);
      assert.equal(
        (JSON.parse(readFileSync(report, "utf8")) as { output: { sha256: string } }).output.sha256,
        sha256(ANSWERS),
      );
    });
  });

  describe("cancel", () => {
    it("removes the Jobs of a run, keeps its files, and says how to go on", async () => {
      await send();
      setStatus("evals-batch-night-1", { active: 1 });
      const own = { kind: "Job", name: "evals-batch-night-1", uid: jobs()[0]!.metadata.uid! };
      server.put({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "evals-batch-night-1-workers", namespace: "vllm", ownerReferences: [own] },
      });
      const { text } = await cancel(folder, STACK, "night-1", { ...cluster, yes: true }, screen());
      assert.match(text, /goes on where it stopped by npm run batch -- submit test evals --name night-1/);
      assert.deepEqual(jobs(), []);
      assert.equal(readFileSync(runFile("input.jsonl"), "utf8"), GOOD);
    });

    it("refuses a run that has ended", async () => {
      await send();
      setStatus("evals-batch-night-1", ended("Complete"));
      const call = cancel(folder, STACK, "night-1", { ...cluster, yes: true }, screen());
      assert.match(await refusal(call), /has ended already \(done\): nothing to cancel/);
    });
  });
});
