/**
 * Time and memory of splitting and joining a batch of 1 million lines (1 GB), as the pods do it. Target on two cores: 60 s and 300 MB for
 * each of the two.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { plainTable } from "../preview/table.js";
import { ROOT } from "./process.js";
import { machine } from "./stacks.js";

const LINES = 1_000_000;
const SHARD_LINES = 1000;
/** Bytes of a prompt, and of an answer: a line has about 1 KB then. */
const TEXT = "Whether 'tis nobler in the mind to suffer \\u00e9 \\n".repeat(18);

/** Runs a program in a process of its own and prints seconds, CPU seconds and the most memory that it had, in KB. */
const MEASURE = `
import resource, subprocess, sys, time
started = time.monotonic()
code = subprocess.call(["python3", *sys.argv[1:]], stdout=sys.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
`;

const pad = (number: number, digits: number): string => String(number).padStart(digits, "0");

/** Writes a file line by line. */
function writeLines(file: string, first: number, count: number, line: (number: number) => string): void {
  const handle = openSync(file, "w");
  for (let at = first; at < first + count; at += SHARD_LINES) {
    const piece = Math.min(SHARD_LINES, first + count - at);
    writeSync(handle, Array.from({ length: piece }, (_, offset) => `${line(at + offset)}\n`).join(""));
  }
  closeSync(handle);
}

const request = (number: number): string =>
  `{"custom_id":"request-${pad(number, 7)}","method":"POST","url":"/v1/chat/completions","body":{"model":"chat","messages":[{"role":"user","content":"${TEXT}"}]}}`;

const answer = (number: number): string =>
  `{"id":"vllm-${number}","custom_id":"request-${pad(number, 7)}","response":{"status_code":200,"request_id":"vllm-batch-${number}","body":{"choices":[{"index":0,"message":{"role":"assistant","content":"${TEXT}"}}]}},"error":null}`;

/** A row of the table. */
function measure(program: string, spec: string): string[] {
  const script = join(ROOT, "components/programs", `${program}.py`);
  const { status, stdout, stderr } = spawnSync("python3", ["-c", MEASURE, script, spec], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} exited with ${status}: ${stderr}`);
  const [seconds, cpuSeconds, peakKB] = stdout.split(" ").map(Number);
  return [program, seconds!.toFixed(1), cpuSeconds!.toFixed(1), (peakKB! / 1024).toFixed(0)];
}

export function benchBatch(): void {
  const folder = mkdtempSync(join(process.env["BENCH_FOLDER"] ?? tmpdir(), "pulumi-vllm-bench-"));
  try {
    const [input, output, spec] = [join(folder, "input.jsonl"), join(folder, "out"), join(folder, "spec.json")];
    writeLines(input, 0, LINES, request);
    writeFileSync(
      spec,
      JSON.stringify({
        ...{ run: "bench", input: { file: input }, output: { folder: output }, scratch: folder },
        ...{ endpoint: "/v1/chat/completions", models: ["chat"], shardLines: SHARD_LINES },
      }),
    );
    console.log(`${machine()}; ${LINES} lines of ${request(0).length} bytes, ${LINES / SHARD_LINES} shards; one run`);
    const rows = [measure("batch_split", spec)];
    const results = join(output, "bench/results");
    mkdirSync(results);
    for (let shard = 0; shard < LINES / SHARD_LINES; shard++) {
      writeLines(join(results, `${pad(shard, 5)}.jsonl`), shard * SHARD_LINES, SHARD_LINES, answer);
      const done = { requests: SHARD_LINES, errors: 0, starts: 1, seconds: 1 };
      writeFileSync(join(results, `${pad(shard, 5)}.done`), JSON.stringify(done));
    }
    rows.push(measure("batch_join", spec));
    console.log(plainTable(["PROGRAM", "SECONDS", "CPU SECONDS", "PEAK MB"], rows, [1, 2, 3]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
