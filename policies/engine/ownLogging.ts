/** The logging configuration that this project makes: known texts, each in a ConfigMap whose name ends in the text's hash. */
import { LOGGING_FILE, LOGGING_FOLDER, LOGGING_TEXTS } from "../../components/vocabulary/logging.js";
import type { Container } from "../pods/containers.js";
import type { Workload } from "../pods/workloads.js";
import type { KubernetesObject } from "../objects/objects.js";
import { at, fields, text } from "../read/values.js";
import { volumeAt } from "./cacheFolders.js";

const ENDING = /logging-[0-9a-f]{10}$/;

function knownText(name: string | undefined): string | undefined {
  const [ending] = ENDING.exec(name ?? "") ?? [];
  return ending === undefined ? undefined : LOGGING_TEXTS.get(ending);
}

/** True for our file at our path, from a ConfigMap that is named by a known text; {@link holdsOtherLogging} judges what is in it. */
export function isOwnLogging(path: string, container: Container, workload: Workload): boolean {
  if (path !== `${LOGGING_FOLDER}/${LOGGING_FILE}`) return false;
  const { items, name } = fields(at(volumeAt(path, container, workload), "configMap"));
  return items === undefined && knownText(text(name)) !== undefined;
}

/** True for a ConfigMap that has the name of a known text and another text. */
export function holdsOtherLogging({ kind, props }: Pick<KubernetesObject, "kind" | "props">): boolean {
  if (kind !== "ConfigMap") return false;
  const known = knownText(text(at(props["metadata"], "name")));
  return known !== undefined && text(at(props["data"], LOGGING_FILE)) !== known;
}
