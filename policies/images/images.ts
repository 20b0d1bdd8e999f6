/**
 * Images that a resource has pods run: those of containers and volumes, and those in fields that others put into pods, such as a custom
 * resource's `image` and a chart's values.
 */
import { quote } from "../../components/config/problems.js";
import { SERVING_KINDS } from "../../components/facts/servingKinds.js";
import { valuesOf } from "../charts/values.js";
import { type KubernetesObject, objectsOf } from "../objects/objects.js";
import { type Path, pathText } from "../objects/path.js";
import { visitObjects } from "../objects/visit.js";
import { workloadsOf, type Workload } from "../pods/workloads.js";
import type { Resource } from "../read/kinds.js";
import { all, each } from "../read/unknown.js";
import { type Fields, at, fields, list, text } from "../read/values.js";
import { imagesIn, referenceOf, type StatedImage } from "./fields.js";

export interface UsedImage {
  /** As messages begin. */
  where: string;
  /** Absent where nothing is stated; reading one that is not known yet throws. */
  readonly name: string | undefined;
  /** False where others state the rest: what is missing says nothing. */
  isWhole: boolean;
  /** True in a chart's values: the chart's own version decides the rest of the image. */
  isOfChart: boolean;
  /** False where a chart's values have a tag alone. */
  isRepositoryStated: boolean;
  /** False where a chart's values leave the tag to the chart. */
  isTagStated: boolean;
}

/** Kubernetes' own groups: fields of these names in them are no images, but for those of pods. */
const OWN_GROUPS = /^(core|apps|batch|extensions|.*\.k8s\.io)$/;

/** Judges each image. @throws the first value that is not known yet, once all others are judged */
export function judgeImages(resource: Resource, judge: (image: UsedImage) => void): void {
  const workloads = workloadsOf(resource);
  const pods = new Set(workloads.map(({ path }) => pathText(path)));
  all(
    () => each(workloads, (workload) => each(ofPod(workload), judge)),
    () => each(objectsOf(resource), (object) => judgeFields(object, pods, judge)),
  );
}

function ofPod(workload: Workload): UsedImage[] {
  if (workload.isOfChart) return [];
  const { isWhole } = workload;
  const image = (where: string, name: () => string | undefined): UsedImage => ({
    where: `${workload.where}${where}`,
    get name() {
      return name();
    },
    isWhole,
    isOfChart: false,
    isRepositoryStated: true,
    isTagStated: true,
  });
  const volumes = list(workload.podSpec["volumes"]).filter((volume) => text(at(volume, "image", "reference")));
  return [
    ...workload.containers.map((container) => image(container.where, () => container.image)),
    ...volumes.map((volume) =>
      image(`volume ${quote(text(at(volume, "name")) ?? "")}`, () => text(at(volume, "image", "reference"))),
    ),
  ];
}

function judgeFields(object: KubernetesObject, pods: ReadonlySet<string>, judge: (image: UsedImage) => void): void {
  if (OWN_GROUPS.test(object.group)) return;
  const values = valuesOf(object);
  const isServing = SERVING_KINDS.some(({ group, kind }) => group === object.group && kind === object.kind);
  /** Pods, manifests and values in a custom resource are judged as such. */
  const isOther = (found: Fields, path: Path): boolean =>
    pods.has(pathText([...object.path, ...path])) ||
    (path.length > 0 && text(found["apiVersion"]) !== undefined && text(found["kind"]) !== undefined) ||
    values.some((value) => pathText(value.path) === pathText(path));
  const visitor = (isOfChart: boolean) => (found: Fields, path: Path) => {
    if (!isOfChart && isOther(found, path)) return false;
    const key = path.at(-1);
    for (const stated of imagesIn(found, typeof key === "string" ? key : undefined)) {
      if (!(isOfChart ? isSaid(stated) : isServing || isSure(stated))) continue;
      const where = pathText([...object.path, ...path, ...(stated.key === undefined ? [] : [stated.key])]);
      const isRepositoryStated = stated.repository !== undefined;
      const isTagStated = !isOfChart || isWholeText(stated, found);
      judge({ where, name: referenceOf(stated), isWhole: false, isOfChart, isRepositoryStated, isTagStated });
    }
    return true;
  };
  const isOfValues = values.some(({ path }) => path.length === 0);
  all(
    () => each(values, ({ path, value }) => visitObjects(value, visitor(true), path)),
    () => void (isOfValues || visitObjects(fields(object.props), visitor(false))),
  );
}

/** A field of any resource may be named image: a tag or digest tells that it is one. */
function isSure({ repository, isReference, tag, digest }: StatedImage): boolean {
  return repository !== undefined && (isReference ? /[:@][^/]*$/.test(repository) : (tag ?? digest) !== undefined);
}

/** Whether values state an image at all: what they leave out is the chart's. */
function isSaid({ repository, tag, digest }: StatedImage): boolean {
  return (repository ?? tag ?? digest) !== undefined;
}

/** Whether no tag means none: in values, only a container has its whole image in one text. */
function isWholeText({ repository = "", isReference, tag, digest }: StatedImage, object: Fields): boolean {
  if ((tag ?? digest) !== undefined) return true;
  return isReference && (/[:@][^/]*$/.test(repository) || "command" in object || "args" in object);
}
