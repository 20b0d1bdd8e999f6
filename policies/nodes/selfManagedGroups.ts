/**
 * Self-managed node groups of pulumi-eks: both its components, and the default group that its cluster makes.
 * Source of defaults: pulumi-eks 4.3.0, nodejs/eks/nodes/nodegroup.ts, ami.ts and cluster/cluster.ts, read 2026-11-26.
 */
import { clusterOf } from "./clusters.js";
import { isArmGpuType, isGpuType } from "./gpuMachines.js";
import type { Resource } from "../read/kinds.js";
import type { Nodes, NodeTaint, SpotCause } from "./nodes.js";
import { type Fields, at, fields, isSet, isStated, isTrue, list, text } from "../read/values.js";

const COMPONENTS = ["eks:index:NodeGroup", "eks:index:NodeGroupV2"];
/** Taints among the kubelet's arguments: `--register-with-taints=key=value:NoSchedule,…`. */
const REGISTERED = /--register-with-taints[= ]["']?([^\s"']+)/g;

export class SelfManagedGroup implements Nodes {
  readonly noSchedule = "NoSchedule";
  readonly noExecute = "NoExecute";

  /**
   * @param path of the properties
   * @param isDefault whether a cluster makes the group
   */
  constructor(
    readonly props: Fields,
    readonly path: "" | "nodeGroupOptions.",
    readonly isDefault: boolean,
  ) {}

  get where(): string {
    return this.isDefault ? "default node group: " : "";
  }

  /** The cluster's own properties are fewer than its `nodeGroupOptions`. */
  get fullPath(): string {
    return this.isDefault ? "nodeGroupOptions." : "";
  }

  /** Not set: t3.medium. */
  get hasGpus(): boolean {
    return isGpuType(this.instanceType);
  }

  get isArm(): boolean {
    return isArmGpuType(this.instanceType);
  }

  private get instanceType(): string {
    return text(this.props["instanceType"]) ?? "";
  }

  get spot(): SpotCause | undefined {
    return isStated(this.props, "spotPrice") ? { is: `${this.path}spotPrice is set` } : undefined;
  }

  get namesImage(): boolean {
    return isStated(this.props, "amiId") || (this.isDefault && isStated(this.props, "nodeAmiId"));
  }

  /** Those stated; without any, those in the kubelet's arguments or a script, whose flag the stated ones would replace. */
  get taints(): NodeTaint[] {
    if (!isStated(this.props, "taints")) return this.scripts().flatMap(registeredTaints);
    return Object.entries(fields(this.props["taints"])).map(([key, taint]) => ({
      key,
      value: text(at(taint, "value")),
      effect: text(at(taint, "effect")),
    }));
  }

  private scripts(): string[] {
    const { kubeletExtraArgs, bootstrapExtraArgs, nodeUserDataOverride, nodeadmExtraOptions } = this.props;
    const parts = list(nodeadmExtraOptions).map((part) => at(part, "content"));
    return [kubeletExtraArgs, bootstrapExtraArgs, nodeUserDataOverride, ...parts].flatMap((part) => text(part) ?? []);
  }

  written({ key, value }: { key: string; value: string }): string {
    return `"${key}": {value: "${value}", effect: "${this.noSchedule}"} to ${this.fullPath}taints`;
  }
}

function registeredTaints(script: string): NodeTaint[] {
  const found = [...script.matchAll(REGISTERED)].flatMap(([, taints = ""]) => taints.split(","));
  return found.map((taint) => {
    const { key, value, effect } = /^(?<key>[^=:]+)(=(?<value>[^:]*))?:(?<effect>.+)$/.exec(taint)?.groups ?? {};
    return { key, value, effect };
  });
}

/** A component without inputs: its provider did not pass them on, so the launch template in it is judged. */
export function selfManagedGroupOf(resource: Resource): SelfManagedGroup | undefined {
  const { type, props } = resource;
  if (COMPONENTS.includes(type)) return isSet(props) ? new SelfManagedGroup(props, "", false) : undefined;
  const cluster = clusterOf(resource);
  if (!cluster?.isComponent || skipsDefaultGroup(props)) return undefined;
  return isStated(props, "nodeGroupOptions")
    ? new SelfManagedGroup(fields(props["nodeGroupOptions"]), "nodeGroupOptions.", true)
    : new SelfManagedGroup(props, "", true);
}

function skipsDefaultGroup(props: Fields): boolean {
  if (isTrue(props["skipDefaultNodeGroup"]) || isTrue(at(props, "autoMode", "enabled"))) return true;
  const { fargate } = props;
  return isTrue(fargate) || isSet(fargate);
}
