/** `npm run batch` against a real API server, whose exec goes to Kubernetes' own streaming server. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { cancel, fetchRun, status } from "../../tools/batch/command.js";
import { submit, type SubmitOptions, type Terminal } from "../../tools/batch/submit.js";
import { kubeconfigOf } from "../../tools/local/folders.js";
import { stackValues } from "../stacks/fixtures.js";
import { folderWith, removeFolders, stackText } from "../tools/folders.js";
import { BatchWorld, NAME, request } from "./batchRuns.js";
import { serveExec } from "./execServer.js";
import { eventually } from "./scenario.js";
import { FOLDERS } from "./world.js";

/** As `scenario.ts` has it. */
const STACK = "test";

describe("npm run batch on a real control plane", () => {
  after(removeFolders);

  it("submits a file, follows its run, fetches the answers, and goes on with a run that was cancelled", async () => {
    const folder = folderWith();
    const world = await BatchWorld.of(folder);
    const { cluster, namespace } = world.scenario;
    const node = await world.addNode();
    const stopServing = await serveExec(cluster, folder, [`${namespace}-system`, node]);
    const project = folderWith({ [`Pulumi.${STACK}.yaml`]: stackText(stackValues({ namespace })) });
    const input = join(folder, "requests.jsonl");
    const ids = Array.from({ length: 10 }, (_, index) => `r${index}`);
    writeFileSync(input, ids.map((id) => `${JSON.stringify(request(id, id))}\n`).join(""));
    const lines: string[] = [];
    const keep = (line: string): void => void lines.push(line);
    const terminal: Terminal = { report: keep, show: keep, input: new PassThrough(), everySeconds: 1 };
    const where = { kubeconfig: kubeconfigOf(FOLDERS), context: "local", timeout: 120 };
    const options: SubmitOptions = { ...where, input, name: "one", watch: false };
    const jobs = async () =>
      (await cluster.list("batch/v1", "Job", { namespace })).map(({ metadata }) => metadata.name);
    try {
      await submit(project, STACK, NAME, options, terminal);
      await cancel(project, STACK, "one", { ...where, yes: true }, terminal);
      assert.deepEqual(await jobs(), []);
      const { text } = await submit(project, STACK, NAME, { ...options, watch: true }, terminal);
      assert.match(text, /Done\. Fetch the answers by/);
      const shown = await status(project, STACK, NAME, { ...where, watch: false, json: true, width: 80 }, terminal);
      assert.deepEqual(
        (JSON.parse(shown.text) as { run: string; state: string }[]).map(({ run, state }) => [run, state]),
        [["one", "done"]],
      );
      const out = join(folder, "answers.jsonl");
      await fetchRun(project, STACK, "one", { ...where, out }, terminal);
      const answers = readFileSync(out, "utf8").trim().split("\n");
      assert.deepEqual(
        answers.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id),
        ids,
      );
      await eventually("the end of the pods that move files", async () =>
        (await jobs()).some((name) => name.includes("-files-")) ? undefined : true,
      );
    } finally {
      stopServing();
      await world.kubelet.stop();
    }
  });
});
