/**
 * Time and memory of `judge`, as whole processes: on the manifests of stacks of many models, by the levels of production. Target on two
 * cores: 5,000 resources in 5 s.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { plainTable } from "../preview/table.js";
import { commandLine, median, ROOT, RUNS } from "./process.js";
import { machine, manyModels } from "./stacks.js";

/** Models of a stack: one has some nine objects. */
const MODELS = [1, 56, 560];

export function benchJudge(): void {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
  try {
    console.log(`${machine()}; median of ${RUNS} runs`);
    const rows = MODELS.map((count) => {
      const stack = `many${count}`;
      writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify(manyModels(count)));
      run(folder, ["render", stack, "--out", stack]);
      const judge = ["judge", stack, "--config", join(ROOT, "policies/config/prod.json")];
      const { resources } = JSON.parse(run(folder, [...judge, "--json"])) as { resources: number };
      const { seconds, peakKB } = median(folder, judge, [0, 1]);
      return [String(resources), seconds.toFixed(2), (peakKB / 1024).toFixed(0)];
    });
    console.log(plainTable(["RESOURCES JUDGED", "SECONDS", "PEAK MB"], rows, [0, 1, 2]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a command prints. */
function run(folder: string, args: readonly string[]): string {
  const [program, ...before] = commandLine();
  return spawnSync(program, [...before, ...args], { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 30 }).stdout;
}
