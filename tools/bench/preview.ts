/**
 * Time and memory of the offline preview, as whole processes: the staging stack, and stacks of many models. On a noisy machine the
 * ratio to a run of one model says more than the seconds.
 *
 * Targets on two cores: staging 3 s; 100 models 3 s; 500 models 10 s and 450 MB.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { plainTable } from "../preview/table.js";
import { median, ROOT, type Run, RUNS } from "./process.js";
import { machine, manyModels } from "./stacks.js";

export function benchPreview(): void {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
  try {
    cpSync(join(ROOT, "Pulumi.staging.yaml"), join(folder, "Pulumi.staging.yaml"));
    const counts = [1, 100, 500];
    for (const count of counts) writeFileSync(join(folder, `Pulumi.many${count}.yaml`), stringify(manyModels(count)));
    console.log(`${machine()}; median of ${RUNS} runs`);
    const staging = median(folder, ["preview", "staging"]);
    const [one, ...many] = counts.map((count) => ({ count, ...median(folder, ["preview", `many${count}`]) }));
    const rows = many.map(({ count, seconds, peakKB }) => [
      `${count} models`,
      seconds.toFixed(2),
      (peakKB / 1024).toFixed(0),
      (seconds / one!.seconds).toFixed(1),
      (((seconds - one!.seconds) * 1000) / (count - 1)).toFixed(1),
      ((peakKB - one!.peakKB) / (count - 1)).toFixed(0),
    ]);
    const single = (name: string, { seconds, peakKB }: Run): string[] => [
      name,
      seconds.toFixed(2),
      (peakKB / 1024).toFixed(0),
      (seconds / one!.seconds).toFixed(1),
      "",
      "",
    ];
    console.log(
      plainTable(
        ["PREVIEW OF", "SECONDS", "PEAK MB", "TIMES 1 MODEL", "MS A MODEL", "KB A MODEL"],
        [single("staging", staging), single("1 model", one!), ...rows],
        [1, 2, 3, 4, 5],
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
