/**
 * Time and memory of the offline preview, as whole processes: the staging stack, and stacks of many models.
 *
 * Targets on two cores: staging 3 s; 100 models 6 s; 500 models 25 s and 900 MB.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { stringify } from "yaml";
import { plainTable } from "../tools/preview/text.js";

const ROOT = resolve(__dirname, "..");
const RUNS = 3;

interface Run {
  seconds: number;
  peakKB: number;
}

const IMAGE = "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90";

/** A stack of `count` models of all classes, each autoscaled, every tenth with two releases. */
function manyModels(count: number): object {
  const release = {
    model: { id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218" },
    image: IMAGE,
    gpu: { type: "l4" },
    context: 8192,
    concurrency: { sequences: 16, inFlight: 48 },
    flags: { "enable-prefix-caching": { value: true, reason: "conversations share a system prompt" } },
  };
  const model = (index: number): object => ({
    class: ["interactive", "batch", "experimental"][index % 3],
    route: { stable: "r1" },
    releases: index % 10 === 0 ? { r1: release, r2: release } : { r1: release },
    autoscaling: { min: 1, max: 3 },
  });
  const models = Object.fromEntries(Array.from({ length: count }, (_, index) => [`model-${index}`, model(index)]));
  return { config: { "vllm:cluster": { existing: { name: "bench" } }, "vllm:models": models } };
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

// Takes no option: this answers --help, and refuses what would go unheeded.
new Command("bench")
  .description("Time and memory of the offline preview: of the staging stack, and of stacks of 1, 100 and 500 models.")
  .allowExcessArguments(false)
  .parse();

const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
try {
  cpSync(join(ROOT, "Pulumi.staging.yaml"), join(folder, "Pulumi.staging.yaml"));
  const counts = [1, 100, 500];
  for (const count of counts) writeFileSync(join(folder, `Pulumi.many${count}.yaml`), stringify(manyModels(count)));
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; median of ${RUNS} runs`,
  );
  const staging = median(folder, "staging");
  const [one, ...many] = counts.map((count) => ({ count, ...median(folder, `many${count}`) }));
  const rows = many.map(({ count, seconds, peakKB }) => [
    `${count} models`,
    seconds.toFixed(2),
    (peakKB / 1024).toFixed(0),
    (((seconds - one!.seconds) * 1000) / (count - 1)).toFixed(1),
    ((peakKB - one!.peakKB) / (count - 1)).toFixed(0),
  ]);
  const single = (name: string, { seconds, peakKB }: Run): string[] => [
    name,
    seconds.toFixed(2),
    (peakKB / 1024).toFixed(0),
    "",
    "",
  ];
  console.log(
    plainTable(
      ["PREVIEW OF", "SECONDS", "PEAK MB", "MS A MODEL", "KB A MODEL"],
      [single("staging", staging), single("1 model", one!), ...rows],
      [1, 2, 3, 4],
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
