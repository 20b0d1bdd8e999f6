/**
 * Time and memory of the offline preview, as whole processes: the staging stack, and stacks of many models. On a noisy machine the
 * ratio to a run of one model says more than the seconds.
 *
 * Targets on two cores: staging 3 s; 100 models 3 s; 500 models 10 s and 450 MB.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { plainTable } from "../preview/table.js";
import { machine, manyModels } from "./stacks.js";

const ROOT = resolve(__dirname, "../..");
const RUNS = 3;

interface Run {
  seconds: number;
  peakKB: number;
}

function measure(folder: string, stack: string): Run {
  const started = process.hrtime.bigint();
  const { status, stderr, output } = spawnSync(
    process.execPath,
    [
      "--require",
      join(__dirname, "peakMemory.cjs"),
      "--import",
      require.resolve("tsx"),
      join(ROOT, "tools/cli.ts"),
      "preview",
      stack,
    ],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe", "pipe"], encoding: "utf8" },
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`preview of ${stack} exited with ${status}: ${stderr}`);
  return { seconds, peakKB: Number(output[3]) };
}

/** The run of median time: single times are noise on a shared machine. */
function median(folder: string, stack: string): Run {
  const runs = Array.from({ length: RUNS }, () => measure(folder, stack));
  return runs.sort((a, b) => a.seconds - b.seconds)[Math.floor(RUNS / 2)]!;
}

export function benchPreview(): void {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
  try {
    cpSync(join(ROOT, "Pulumi.staging.yaml"), join(folder, "Pulumi.staging.yaml"));
    const counts = [1, 100, 500];
    for (const count of counts) writeFileSync(join(folder, `Pulumi.many${count}.yaml`), stringify(manyModels(count)));
    console.log(`${machine()}; median of ${RUNS} runs`);
    const staging = median(folder, "staging");
    const [one, ...many] = counts.map((count) => ({ count, ...median(folder, `many${count}`) }));
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
