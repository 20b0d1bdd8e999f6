/** Secrets that stand where no container is: ConfigMaps, charts' values, annotations, volumes. */
import { isNamedSecret } from "../../components/facts/guarded/credentials.js";
import { quote } from "../../components/config/problems.js";
import { valuesOf } from "../charts/values.js";
import { type Path, pathText } from "../objects/path.js";
import { visitObjects } from "../objects/visit.js";
import { workloadsOf, type Workload } from "../pods/workloads.js";
import { kindOf, type Resource } from "../read/kinds.js";
import { all, each } from "../read/unknown.js";
import { at, type Fields, fields, list, text } from "../read/values.js";
import { holdsSecret, NO_SECRET } from "./forms.js";

type Say = (message: string) => void;
const KEEP = "keep it in a Secret";

/** What a resource's own texts hold. Messages name only the place: printing the value would leak it. */
export function judgeTexts(resource: Resource, say: Say): void {
  const { group = "", kind = "" } = kindOf(resource.type) ?? {};
  all(
    () => each(valuesOf({ ...resource, group, kind }), ({ path, value }) => judgeValues(value, path, say)),
    () => {
      if (group === "core" && kind === "ConfigMap") judgeForms(resource.props["data"], ["data"], say);
    },
    () => judgeAnnotations(at(resource.props, "metadata", "annotations"), "metadata.annotations", say),
    () => judgeAttributes(at(resource.props, "spec", "csi"), "spec.csi", "nodeStageSecretRef", say),
    () => each(workloadsOf(resource).filter(isOwn), (workload) => judgePod(workload, say)),
  );
}

/** Pods of manifests that a resource holds are judged with these. */
function isOwn({ object }: Workload): boolean {
  return object.path.length === 0;
}

/**
 * Ends of the names of secrets themselves. Others name a Secret or a key in one: `existingSecret`, `passwordKey`,
 * `hf_token: { secretKey }`.
 */
const ITSELF =
  /(token|password|passwd|passphrase|pass|pwd)$|(api|access|private|master|auth|encryption|signing)[-_]?keys?([-_]?id)?$|(client|shared|jwt|cookie|session)[-_]?secret$/i;

function judgeValues(values: unknown, path: Path, say: Say): void {
  visitObjects(
    values,
    (object, place) => {
      each(Object.keys(object), (key) => {
        const value = object[key];
        if (typeof value !== "string") return;
        const isNamed = ITSELF.test(key) && isNamedSecret(key, value) && !NO_SECRET.test(value);
        if (holdsSecret(value)) say(`${pathText([...place, key])} holds what looks like a secret: ${KEEP}`);
        else if (isNamed) say(`${pathText([...place, key])} is named like a secret: ${KEEP}`);
      });
      judgeVariable(object, place, say);
      return true;
    },
    path,
  );
}

/** `{ name, value }`, as containers have their environment. */
function judgeVariable(object: Fields, place: Path, say: Say): void {
  const name = text(object["name"]);
  const value = name === undefined ? undefined : text(object["value"]);
  if (name === undefined || value === undefined || NO_SECRET.test(value) || holdsSecret(value)) return;
  if (isNamedSecret(name, value)) say(`${pathText([...place, "value"])} is of ${name}, a secret by its name: ${KEEP}`);
}

/** Texts whose names tell nothing: only their form counts. */
function judgeForms(holder: unknown, path: Path, say: Say): void {
  each(Object.keys(fields(holder)), (key) => {
    if (holdsSecret(text(at(holder, key)) ?? ""))
      say(`${pathText([...path, key])} holds what looks like a secret: ${KEEP}`);
  });
}

function judgeAnnotations(annotations: unknown, where: string, say: Say): void {
  each(Object.keys(fields(annotations)), (key) => {
    if (holdsSecret(text(at(annotations, key)) ?? "")) say(`${where}: ${key} holds what looks like a secret: ${KEEP}`);
  });
}

function judgePod(workload: Workload, say: Say): void {
  const of: Say = (message) => say(`${workload.where}${message}`);
  all(
    () => judgeAnnotations(workload.podAnnotations, "the pods' annotations", of),
    () =>
      each(list(workload.podSpec["volumes"]), (volume) =>
        judgeAttributes(at(volume, "csi"), `volume ${quote(at(volume, "name"))}: csi`, "nodePublishSecretRef", of),
      ),
  );
}

/** Attributes by which drivers take a password or key; those that name a Secret end otherwise. */
const ATTRIBUTE = /(password|passwd|token|access[-_]?key(id)?|account[-_]?key|api[-_]?key|sas)$/i;
/** As SMB and S3 drivers take it among their options. */
const OPTION = /\b(pass(word)?|passwd)=(?!\$)[^,\s]+/i;

function judgeAttributes(csi: unknown, where: string, instead: string, say: Say): void {
  const attributes = at(csi, "volumeAttributes");
  each(Object.keys(fields(attributes)), (key) => {
    const value = text(at(attributes, key)) ?? "";
    if (NO_SECRET.test(value) || !(ATTRIBUTE.test(key) || OPTION.test(value) || holdsSecret(value))) return;
    say(`${where}.volumeAttributes.${key} is a secret in plain text: use ${instead}`);
  });
}
