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
    console.log(`\nvLLM ${name}: ${rows.length} starts of real servers, memory of one GPU`);
    console.log(
      plainTable(
        HEAD,
        rows.map((row) => cells(row, predict(row))),
        HEAD.slice(3).map((_, index) => index + 3),
      ),
    );
  }
}

function cells(row: Row, { input, fit, cacheError }: Prediction): string[] {
  const gib = (value: number | undefined): string => value?.toFixed(2) ?? "";
  const { weightsGiB, kvCacheGiB } = row;
  const overhead =
    weightsGiB === undefined || kvCacheGiB === undefined
      ? undefined
      : input.gpu.cudaGiB * row.memoryUtilization - weightsGiB - kvCacheGiB;
  const percent = cacheError === undefined ? "" : `${(100 * cacheError).toFixed(1)} %`;
  const gpu = typeof row.gpu === "string" ? row.gpu : `${row.gpu.cudaGiB} GiB`;
  return [
    ...[`${row.id} ${row.log}`, row.vllm ?? "", row.gpus > 1 ? `${row.gpus}x ${gpu}` : gpu],
    ...[gib(fit.weightsGiBPerGpu), gib(weightsGiB), gib(fit.overheadGiBPerGpu), gib(overhead)],
    ...[
      gib(fit.kvCacheGiBPerGpu),
      gib(kvCacheGiB),
      fit.kvCacheTokens.toFixed(0),
      row.tokens?.toFixed(0) ?? "",
      percent,
    ],
    ...[fit.fits ? "yes" : "no", row.starts ? "yes" : "no"],
  ];
}
