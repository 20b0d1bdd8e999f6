/** Services that an object has made for its pods: those of Ray's heads, and of charts by their values. */
import type { Workload } from "../pods/workloads.js";
import { type Path, pathText } from "../objects/path.js";
import { textsIn } from "../objects/texts.js";

/** Types that open a Service to the outside of the cluster. */
export const EXPOSED_TYPES: ReadonlySet<string> = new Set(["LoadBalancer", "NodePort"]);

/** `serviceType`, or `type` of what is called a service, or of its spec. */
const SERVICE = /service$/i;
/** What charts and operators put before engines, and beside them. */
const OF_OTHERS = /router|gateway|proxy|frontend|dashboard|webui|redis|prometheus|grafana|monitor/i;

export interface StatedService {
  path: string;
  type: string;
}

/** Those for the pods of a workload; of a chart's values, those that stand beside or around its containers. */
export function statedServices({ object, pathInObject: path }: Workload): StatedService[] {
  return textsIn(object.props).flatMap(({ path: place, text }) => {
    const owner = ownerOf(place);
    if (owner === undefined || !EXPOSED_TYPES.has(text) || owner.some((key) => OF_OTHERS.test(String(key)))) return [];
    const isOfPods = !owner.includes("values") || owner.every((key, index) => path[index] === key);
    return isOfPods ? [{ path: pathText(place), type: text }] : [];
  });
}

/** The place of what has the service, where a place is that of a service's type. */
function ownerOf(place: Path): Path | undefined {
  const [last, before, beforeThat] = [place.at(-1), place.at(-2), place.at(-3)].map(String);
  if (last === "serviceType") return place.slice(0, -1);
  if (last !== "type") return undefined;
  if (SERVICE.test(before ?? "")) return place.slice(0, -2);
  return before === "spec" && SERVICE.test(beforeThat ?? "") ? place.slice(0, -3) : undefined;
}
