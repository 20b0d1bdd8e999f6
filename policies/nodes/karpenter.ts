/**
 * Karpenter's pools and classes of nodes, and pools of EKS Auto Mode, which have the same kind.
 * Source: aws/karpenter-provider-aws v1.14.1, read 2026-11-26: pkg/apis, website/content/en/docs/concepts, and for the capacity
 * type that nobody requires `getCapacityType` in pkg/providers/instance/instance.go.
 */
import { GPU_NODES, GPU_TAINT, NODE_LABELS, WORKLOADS } from "../../components/vocabulary/nodes.js";
import { isGpuFamily, isGpuType } from "./gpuMachines.js";
import { isKind, kindOf, type Resource } from "../read/kinds.js";
import { known, knownTexts } from "../read/unknown.js";
import { type Nodes, type NodeTaint, type SpotCause, taintsIn } from "./nodes.js";
import { type Fields, at, fields, isStated, list, number, strings, text } from "../read/values.js";

const CAPACITY = "karpenter.sh/capacity-type";
/** Karpenter's own labels of instances, and those of EKS Auto Mode. */
const INSTANCE = /^(karpenter\.k8s\.aws|eks\.amazonaws\.com)\/(?=instance-)/;
const GPU_NODE_LABELS: Readonly<Record<string, string>> = GPU_NODES;
/** The first letters of EC2's names of types with NVIDIA's GPUs. */
const GPU_CATEGORIES = ["g", "gr", "p"];
/** Names of AMD's and Habana's. */
const OTHER_GPUS = /^(radeon|gaudi)/;
const GPU_WORKLOADS: readonly string[] = [WORKLOADS.inference, WORKLOADS.batch];

interface Requirement {
  key: string;
  operator: string;
  /** Those that are not known yet are placeholders (see read/unknown.ts). */
  readonly values: readonly string[];
}

export class NodePool implements Nodes {
  readonly where = "";
  readonly noSchedule = "NoSchedule";
  readonly noExecute = "NoExecute";
  readonly spec: Fields;
  /** Others state the rest, so what is missing says nothing. */
  readonly isPart: boolean;

  constructor(resource: Resource) {
    this.spec = fields(resource.props["spec"]);
    this.isPart = isPart(resource);
  }

  /** Labels count as requirements, as Karpenter has it. */
  private get requirements(): Requirement[] {
    const stated = list(at(this.spec, "template", "spec", "requirements")).map((requirement) => ({
      key: text(at(requirement, "key")) ?? "",
      operator: text(at(requirement, "operator")) ?? "",
      get values() {
        return knownTexts(list(at(requirement, "values")));
      },
    }));
    const labels = fields(at(this.spec, "template", "metadata", "labels"));
    const ofLabels = Object.keys(labels).map((key) => ({
      key,
      operator: "In",
      get values() {
        return strings([labels[key]]);
      },
    }));
    return [...stated, ...ofLabels];
  }

  get hasGpus(): boolean {
    const verdicts = this.requirements.map(saysGpu);
    if (verdicts.includes(false)) return false;
    return verdicts.includes(true) || this.taints.some(({ key }) => key === GPU_TAINT.key);
  }

  /** Without a requirement Karpenter may take any capacity, and tries reserved, then spot, then on-demand. */
  get spot(): SpotCause | undefined {
    const found = this.requirements.filter(({ key }) => key === CAPACITY);
    if (this.isPart && found.length === 0) return undefined;
    if (!found.every((requirement) => admits(requirement, "spot"))) return undefined;
    const is = found.length > 0 ? `${CAPACITY} may be "spot"` : `${CAPACITY} is not required, so it may be "spot",`;
    return { is, otherFix: `require ${CAPACITY} In ["on-demand"]` };
  }

  get statesTaints(): boolean {
    return isStated(at(this.spec, "template", "spec"), "taints");
  }

  get taints(): NodeTaint[] {
    return taintsIn(at(this.spec, "template", "spec", "taints"));
  }

  /** A fixed number of nodes, which Karpenter neither adds to nor consolidates. */
  get isStatic(): boolean {
    return number(this.spec["replicas"]) !== undefined;
  }

  written({ key, value }: { key: string; value: string }): string {
    return `{key: "${key}", value: "${value}", effect: "${this.noSchedule}"} to spec.template.spec.taints`;
  }
}

/** A patch of an object. */
export function isPart({ type }: Resource): boolean {
  return kindOf(type)?.isPatch === true;
}

export function nodePoolOf(resource: Resource): NodePool | undefined {
  return isKind(resource, "karpenter.sh", "NodePool") ? new NodePool(resource) : undefined;
}

/** The spec of an EC2NodeClass: how Karpenter launches instances. */
export function nodeClassOf(resource: Resource): Fields | undefined {
  return isKind(resource, "karpenter.k8s.aws", "EC2NodeClass") ? fields(resource.props["spec"]) : undefined;
}

function admits(requirement: Requirement, value: string): boolean {
  const { operator } = requirement;
  const isNamed = () => has(requirement.values, (one) => one === value);
  if (operator === "In") return isNamed();
  return operator === "NotIn" ? !isNamed() : operator !== "DoesNotExist";
}

/** @throws a value that is not known yet, where no other is as asked */
function has(values: readonly string[], isWanted: (value: string) => boolean): boolean {
  return values.some(isWanted) || known(values).some(isWanted);
}

/** Whether the requirement allows nodes with NVIDIA's GPUs; `undefined` if it does not say. */
function saysGpu(requirement: Requirement): boolean | undefined {
  const { operator } = requirement;
  const key = requirement.key.replace(INSTANCE, "");
  const any = (isGpu: (value: string) => boolean) => (operator === "In" ? has(requirement.values, isGpu) : undefined);
  switch (key) {
    case "node.kubernetes.io/instance-type":
      return any(isGpuType);
    case "instance-family":
      return any(isGpuFamily);
    case "instance-category":
      return any((category) => GPU_CATEGORIES.includes(category));
    case "instance-gpu-manufacturer":
      // NotIn also takes nodes without GPUs.
      if (operator === "NotIn") return has(requirement.values, (value) => value === "nvidia") ? false : undefined;
      return any((manufacturer) => manufacturer === "nvidia") ?? exists(operator);
    case "instance-gpu-count":
    case "instance-gpu-memory":
      return any((value) => value !== "0") ?? compared(operator, number(known(requirement.values)[0]) ?? 0);
    case "instance-gpu-name":
      return any((name) => !OTHER_GPUS.test(name)) ?? exists(operator);
    case NODE_LABELS.workload:
      return any((workload) => GPU_WORKLOADS.includes(workload)) === true ? true : undefined;
    default:
      if (!Object.hasOwn(GPU_NODE_LABELS, key)) return undefined;
      return any((value) => value === GPU_NODE_LABELS[key]) === true ? true : undefined;
  }
}

function exists(operator: string): boolean | undefined {
  return operator === "Exists" ? true : operator === "DoesNotExist" ? false : undefined;
}

/** Of an amount of GPUs; nodes without have no such label, so no comparison takes them. */
function compared(operator: string, bound: number): boolean | undefined {
  if (operator === "Lt") return bound > 1;
  if (operator === "Lte") return bound >= 1;
  return operator === "Gt" || operator === "Gte" ? true : exists(operator);
}
