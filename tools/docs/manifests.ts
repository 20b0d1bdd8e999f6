/** Kubernetes objects that a page shows for `kubectl apply`. */
import { parseAllDocuments } from "yaml";
import { error, type Problem } from "../../components/config/problems.js";
import type { Block } from "./markdown.js";

/** What the API server needs to know which object is meant. */
const NEEDED = [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"]] as const;

/** Objects of a namespace: a reader applies them as they stand, whatever namespace the kubeconfig has. */
export function checkManifests({ at, lines }: Block): Problem[] {
  return parseAllDocuments(lines.join("\n")).flatMap((document) => {
    if (document.errors.length > 0) return document.errors.map(({ message }) => error(at, `is no YAML: ${message}`));
    return NEEDED.filter((path) => typeof document.getIn(path) !== "string").map((path) =>
      error(at, `is no Kubernetes object: ${path.join(".")} is missing`),
    );
  });
}
