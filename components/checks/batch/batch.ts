/** Checks of a batch that need more than its shape: its model's task, the nodes, other batches. */
import { joinPath } from "../../config/parse.js";
import { given, isWhole, isWrong, type Parts } from "../../config/parts.js";
import { counted, error, type Problem, quote, warning } from "../../config/problems.js";
import type { PodConfig } from "../../contract/pod.js";
import type { BatchConfig } from "../../contract/batch.js";
import { placeKey } from "../../derive/batch/places.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { checkEachPlacement, demandOf, type PlacedRelease } from "../nodes/placement.js";
import { type GroupParts, takersOf } from "../nodes/places.js";
import { checkImage } from "../release.js";
import { checkSchedule } from "./schedule.js";
import { checkEndpoint, checkInterruptions } from "./work.js";

/** What answers the lines, and where that may run. */
export interface Answering {
  /** The release of the batch's own pods. */
  engine: PlacedRelease | undefined;
  /** The model that the lines are sent to. */
  routed: ServedModel | undefined;
  groups: GroupParts;
  pod: Parts<PodConfig> | undefined;
}

/**
 * The contract is in the workers' manifest, which is in a variable of the conductor: with its quotes escaped twice, and with the rest,
 * below the 128 KiB that Linux allows one (MAX_ARG_STRLEN of include/uapi/linux/binfmts.h).
 */
const MOST_TEMPLATE_BYTES = 24_576;

/** @param path of the batch */
export function checkBatch(
  section: Parts<Omit<BatchConfig, "release">>,
  { engine, routed, groups, pod }: Answering,
  path: string,
): Problem[] {
  const plan = engine?.plan ?? routed?.releases.get(routed.route.stable);
  return [
    ...checkSchedule(section, path),
    ...given([section.image], (image) => (image === undefined ? [] : checkImage({ image }, `${path}.image`))),
    ...(plan === undefined ? [] : checkEndpoint(section.endpoint, plan.model.task, path)),
    ...(engine === undefined ? [] : checkEngine(section, engine, { groups, pod }, path)),
  ];
}

function checkEngine(
  section: Parts<Omit<BatchConfig, "release">>,
  engine: PlacedRelease,
  { groups, pod }: Pick<Answering, "groups" | "pod">,
  path: string,
): Problem[] {
  const demand = demandOf(engine);
  const takers = isWrong(demand) ? undefined : takersOf(demand, groups);
  const imagePath = section.from === undefined ? `${engine.path}.image` : engine.path;
  return [
    // A release that is taken over has no place of its own for its group.
    ...checkEachPlacement([engine], groups, pod).map((problem) => ({
      ...problem,
      path: problem.path.replace(`${path}.from.gpu.nodeGroup`, `${path}.from.nodeGroup`),
    })),
    ...given([section.parallelism, engine.plan.gpu.count], (pods, count) => {
      const gpus = takers?.gpus;
      if (gpus === undefined || takers!.names.length === 0 || pods * count <= gpus) return [];
      const names = takers!.names.join(" and ");
      const message = `${counted(pods * count, "GPU")} are more than the ${gpus} of ${names} at max nodes, so pods wait: use at most ${Math.floor(gpus / count)}`;
      return [warning(`${path}.parallelism`, message)];
    }),
    ...given([engine.plan.chatTemplate], (template) => {
      const bytes = Buffer.byteLength(template?.text ?? "");
      if (bytes <= MOST_TEMPLATE_BYTES) return [];
      const at = section.from === undefined ? `${engine.path}.chatTemplate.text` : engine.path;
      return [
        error(at, `its chat template has ${bytes} bytes, and a batch's may have ${MOST_TEMPLATE_BYTES}: shorten it`),
      ];
    }),
    ...checkInterruptions(
      engine.plan,
      { deadlineSeconds: section.deadlineSeconds, isOnSpot: takers?.hasSpot ?? false, imagePath },
      path,
    ),
  ];
}

interface Written {
  name: string;
  output: Parts<BatchConfig["output"]>;
}

/** Two batches that write to one place could not tell their runs apart. @param path of the section */
export function checkAcrossBatches(batches: readonly Written[], path: string): Problem[] {
  const writers = new Map<string, string>();
  return batches.flatMap(({ name, output }) => {
    if (!isWhole(output) || (output.s3 === undefined && output.claim === undefined)) return [];
    const key = placeKey(output);
    const other = writers.get(key);
    writers.set(key, name);
    if (other === undefined) return [];
    return [error(joinPath(path, [name, "output"]), `is where ${quote(other)} writes, too: use a place of its own`)];
  });
}
