/** All rows as a table: what was predicted, what was real. */
import { plainTable } from "../preview/table.js";
import { type Prediction, predict } from "./predict.js";
import { type Row, ROWS, VERSION_CLASSES, versionClass } from "./rows.js";

const HEAD = [
  "LOG",
  "VLLM",
  "GPU",
  "WEIGHTS GIB",
  "REAL",
  "OVERHEAD GIB",
  "REAL",
  "KV GIB",
  "REAL",
  "TOKENS",
  "REAL",
  "ERROR",
  "STARTS",
  "REAL",
];

export function printCalibration(): void {
  for (const name of VERSION_CLASSES) {
    const rows = ROWS.filter((row) => versionClass(row) === name);
    const predictions = rows.map(predict);
    console.log(`\nvLLM ${name}: ${rows.length} starts of real servers, memory of one GPU`);
    console.log(
      plainTable(
        HEAD,
        rows.map((row, index) => cells(row, predictions[index]!)),
        HEAD.slice(3).map((_, index) => index + 3),
      ),
    );
    console.log(summary(rows, predictions));
  }
}

/** How far off the KV cache of the servers that started is, and how many starts and refusals are foretold. */
function summary(rows: readonly Row[], predictions: readonly Prediction[]): string {
  const errors = predictions.flatMap(({ cacheError }) => cacheError ?? []).sort((a, b) => a - b);
  const at = (share: number): string => percent(errors[Math.round(share * (errors.length - 1))]);
  const right = rows.filter(({ starts }, index) => starts === predictions[index]!.fit.fits).length;
  return (
    `KV cache of ${errors.length} servers: median ${at(0.5)}, eight of ten from ${at(0.1)} to ${at(0.9)}, ` +
    `all from ${at(0)} to ${at(1)}; ${right} of ${rows.length} starts and refusals foretold`
  );
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${(100 * share).toFixed(1)} %`;
}

function cells(row: Row, { input, fit, cacheError }: Prediction): string[] {
  const gib = (value: number | undefined): string => value?.toFixed(2) ?? "";
  const { weightsGiB, kvCacheGiB } = row;
  const overhead =
    weightsGiB === undefined || kvCacheGiB === undefined
      ? undefined
      : input.gpu.cudaGiB * row.memoryUtilization - weightsGiB - kvCacheGiB;
  const gpu = typeof row.gpu === "string" ? row.gpu : `${row.gpu.cudaGiB} GiB`;
  return [
    ...[`${row.id} ${row.log}`, row.vllm ?? "", row.gpus > 1 ? `${row.gpus}x ${gpu}` : gpu],
    ...[gib(fit.weightsGiBPerGpu), gib(weightsGiB), gib(fit.overheadGiBPerGpu), gib(overhead)],
    ...[
      gib(fit.kvCacheGiBPerGpu),
      gib(kvCacheGiB),
      fit.kvCacheTokens.toFixed(0),
      row.tokens?.toFixed(0) ?? "",
      percent(cacheError),
    ],
    ...[fit.fits ? "yes" : "no", row.starts ? "yes" : "no"],
  ];
}
