import { quote } from "../../../components/config/problems.js";
import { isPart, nodeClassOf } from "../../nodes/karpenter.js";
import { at, isStated, list, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

/** A release in the path of an image of AWS's, or a version of the parameter itself. */
const FIXED_PARAMETER = /v\d{8}|\/\d+\.\d+\.\d+|:\d+$/;
const PIN = 'use an alias with a version, such as "al2023@v20240625", or an id';

export const karpenterAmiPinned = resourceRule(
  {
    name: "karpenter-ami-pinned",
    description: "Karpenter's node classes name one image.",
    why: "A selector that moves replaces all nodes on the day when AWS publishes an image, with a driver that nobody tried.",
    remediationSteps: `In spec.amiSelectorTerms ${PIN}, and raise it when you want to.`,
    equalForms:
      "An alias with a version, an id, a name without wildcards, and a parameter with a release in its path or a version of its own are one image. `@latest`, tags, names with wildcards and a class without terms, as v1beta1 allows it, move. EKS Auto Mode's NodeClass is left alone: AWS chooses its images.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const nodeClass = nodeClassOf(resource);
    if (nodeClass === undefined) return;
    const terms = list(nodeClass["amiSelectorTerms"]);
    if (terms.length === 0 && !isPart(resource)) report(`spec.amiSelectorTerms is not set: ${PIN}`);
    terms.forEach((term, index) => {
      const moves = whyItMoves(term);
      if (moves !== undefined) report(`spec.amiSelectorTerms[${index}].${moves}: ${PIN}`);
    });
  },
);

function whyItMoves(term: unknown): string | undefined {
  if (isStated(term, "id")) return undefined;
  const alias = text(at(term, "alias"));
  if (alias !== undefined) return alias.endsWith("@latest") ? `alias ${quote(alias)} is a moving image` : undefined;
  const parameter = text(at(term, "ssmParameter"));
  if (parameter !== undefined) {
    return FIXED_PARAMETER.test(parameter)
      ? undefined
      : `ssmParameter ${quote(parameter)} names whatever image it holds`;
  }
  const name = text(at(term, "name"));
  if (name === undefined) return "tags match whatever image carries them";
  return /[*?]/.test(name) ? `name ${quote(name)} matches new images` : undefined;
}
