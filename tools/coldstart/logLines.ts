/**
 * vLLM's own words about its start. The same in 0.29.0 to 0.33.0 but for a tag such as `[backbone] `, which 0.32.0 put before some.
 *
 * Sources, read 2026-11-26 in the wheels of those versions: v1/worker/gpu_model_runner.py, v1/worker/cpu_model_runner.py and
 * v1/worker/gpu/model_runner.py (load, graphs), model_executor/model_loader/default_loader.py and weight_utils.py (weights, file
 * system, download), compilation/monitor.py, decorators.py and backends.py (compilation), v1/engine/core.py (engine),
 * v1/worker/startup_plan.py (plan). `takes` and `seconds` are of versions before. Uvicorn says that it listens, and what it answers.
 */

/** How seconds of several processes, or several lines of one, become one figure. */
export type Figure = "download" | "weights" | "load" | "compile" | "warmup" | "graphs" | "engine";

/** Lines with a figure: its seconds are the first group. */
export const FIGURES: Readonly<Record<Figure, RegExp>> = {
  download: /Time spent downloading weights for .*: ([\d.]+) seconds/,
  weights: /Loading weights took ([\d.]+) seconds/,
  load: /Model loading took .+ and ([\d.]+) seconds/,
  compile: /torch\.compile (?:and initial profiling\/warmup run together )?(?:took|takes) ([\d.]+) s in total/,
  warmup: /Initial profiling\/warmup run took ([\d.]+) s/,
  graphs: /Graph capturing finished in ([\d.]+) secs/,
  engine: /init engine \(profile, create kv cache, warmup model\) took ([\d.]+) s/,
};

/** Part of the engine's line: what it took of all for compilation. */
export const ENGINE_COMPILATION = /\(compilation: ([\d.]+) s/;

/** Lines that mark a moment. */
export const MOMENTS = {
  loadBegins: /Starting to load model|Loading model from scratch/,
  engineReady: FIGURES.engine,
  listening: /Application startup complete\./,
  firstAnswer: /"POST \/\S+ HTTP\/[\d.]+" 200/,
} as const satisfies Record<string, RegExp>;
export type Moment = keyof typeof MOMENTS;

/** Lines that say how. */
export const COMPILED_BEFORE = /Directly load (?:AOT compilation|the compiled graph)/;
/** Kept code is of no use: vLLM compiles as if there were none. */
export const COMPILED_AGAIN = /Compiling model again due to a load failure from .*reason: (.*)/;
export const PLAN_APPLIED = /Applying persisted startup plan/;
/** Type of the file system, size of the checkpoint. */
export const FILE_SYSTEM = /Filesystem type for checkpoints: (\S+)\. Checkpoint size: ([\d.]+ GiB)/;

/** Who writes a line: `(EngineCore pid=86)`, `(Worker_TP0 pid=100)`; nothing for a server in one process. */
export const WRITER = /^((?:\([^()]* pid=\d+\) ?)*)/;
