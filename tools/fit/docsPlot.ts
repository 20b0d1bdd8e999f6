/** The picture of docs/fit.md. */
import { GPUS } from "../../components/facts/gpus.js";
import { candidates } from "../../components/fit/candidates.js";
import { catalogueModel } from "./model.js";
import { fitOptions } from "./options.js";
import { fitPlot } from "./plot.js";
import { questionOf } from "./question.js";

/** A model with sliding windows, whose lines bend where a request outgrows them. */
const MODEL = "google/gemma-3-12b-it";

/** What `fit` draws by `--plot` for one GPU of some types. */
export function docsPlot(): string {
  const { options } = fitOptions({ sequences: ["64"], batched: ["2048"] });
  const { l4, l40s, h100, h200, b200 } = GPUS;
  const choices = [
    ...candidates({ gpus: [l4], counts: [2] }),
    ...candidates({ gpus: [l40s, h100, h200, b200], counts: [1] }),
  ];
  return fitPlot(MODEL, questionOf(catalogueModel(MODEL)!, undefined, options), choices)!;
}
