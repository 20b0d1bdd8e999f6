/** How pods say that they are for spot nodes: by the clouds' own labels and taints, and by names that users give. */
import { SPOT_NODE_LABELS } from "../../components/vocabulary/nodes.js";
import type { NodeRequirement, Toleration } from "./placement.js";

const SPOT = /^(spot|preemptible|preemptable|interruptible)$/;
/** Words before it that turn the sense around: `non-spot`. */
const NOT = /^(non|no|not|off|without)$/;
/** What labels of a node's lifecycle have on other nodes, in lower case, without what is between letters. */
const ORDINARY = /^(ondemand|regular|normal|standard)$/;
const NO = /^(false|no|0|off|none|disabled)$/i;

/** `Ec2Spot`, `gpu-spot-pool` and `SPOT` as words in lower case. */
function wordsOf(name: string): string[] {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2");
  return parted.toLowerCase().match(/[a-z]+/g) ?? [];
}

function namesSpot(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word, index) => SPOT.test(word) && !NOT.test(words[index - 1] ?? ""));
}

/** Whether nodes with the label, or the taint, are spot nodes. A key alone (`spot`) says it with any value that is no refusal. */
export function isSpotPair(key: string, value: string): boolean {
  if (NO.test(value) || isOrdinary(value)) return false;
  if (SPOT_NODE_LABELS.some((label) => label.key === key && label.value === value)) return true;
  return namesSpot(value) || namesSpot(nameIn(key));
}

/** Whether what a pod asks of a node's labels leaves spot nodes, and leaves ordinary ones out or stands beside them. */
export function choosesSpot({ key, operator, values }: NodeRequirement): boolean {
  switch (operator) {
    case "In":
      return values.some((value) => isSpotPair(key, value));
    case "NotIn":
      return isLifecycle(key, values) && values.some(isOrdinary) && !values.some((value) => isSpotPair(key, value));
    case "Exists":
      return namesSpot(nameIn(key)) || ONLY_ON_SPOT.has(key);
    case "DoesNotExist":
      return isOrdinary(nameIn(key));
    default:
      return false;
  }
}

/** Whether a toleration is for the taint of spot nodes, whatever its name. */
export function isForSpot({ key, operator, value, effect }: Toleration): boolean {
  if (key === "" || effect === "PreferNoSchedule") return false;
  return operator === "Exists" ? namesSpot(nameIn(key)) : isSpotPair(key, value);
}

/** AKS labels spot nodes alone with it. */
const ONLY_ON_SPOT = new Set(["kubernetes.azure.com/scalesetpriority"]);

function isOrdinary(value: string): boolean {
  return ORDINARY.test(wordsOf(value).join(""));
}

/** Whether a label tells on-demand from spot nodes: `standard` may be a size, too. */
function isLifecycle(key: string, values: readonly string[]): boolean {
  return (
    SPOT_NODE_LABELS.some((label) => label.key === key) ||
    values.some((value) => wordsOf(value).join("") === "ondemand") ||
    /lifecycle|capacity|priority|provisioning/.test(wordsOf(key).join(""))
  );
}

/** A key without its domain: `spot.example.com/team` tells of no spot node. */
function nameIn(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
