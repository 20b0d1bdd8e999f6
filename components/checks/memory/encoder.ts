/** Images and videos that nobody limits: vLLM keeps room for the largest that the model's processor allows. */
import { type Problem, warning } from "../../config/problems.js";
import type { FitInput } from "../../fit/input.js";
import { overheadBytes } from "../../fit/overhead/overhead.js";

const GIB = 2 ** 30;
/** Less than this is not worth a word. */
const LEAST_GIB = 1;

/** @param path of the release's flags */
export function checkEncoder(input: FitInput, path: string): Problem[] {
  const { model, items = {} } = input;
  if (model.encoder === undefined) return [];
  const unlimited = [
    ...(items.images === undefined ? ["images"] : []),
    ...(items.videos === undefined && model.encoder.videoPatches !== undefined ? ["videos"] : []),
  ];
  const without = overheadBytes({ ...input, items: { images: 0, videos: 0 } });
  const gib = (overheadBytes(input) - without) / GIB;
  if (unlimited.length === 0 || gib < LEAST_GIB) return [];
  const message =
    `does not limit ${unlimited.join(" and ")}, so vLLM tries the largest at its start and keeps ${gib.toFixed(1)} GiB of each GPU for that: ` +
    'say how many a prompt may have, such as { "image": 2, "video": 0 }, or 0 of what is not used';
  return [warning(`${path}.limit-mm-per-prompt`, message)];
}
