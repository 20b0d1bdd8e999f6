/**
 * EKS clusters: the resources of AWS' two providers, and pulumi-eks' component around one.
 * Names of properties: @pulumi/aws 7.48.0, @pulumi/eks 4.3.0, and AWS' schema of AWS::EKS::Cluster
 * (pulumi/pulumi-aws-native, aws-cloudformation-schema/aws-eks-cluster.json), read 2026-11-26.
 */
import type { Resource } from "../read/kinds.js";
import { type Fields, at, isSet, isStated, list } from "../read/values.js";

/** Names of what rules read, each with the path to it. */
interface Names {
  endpoint: string[];
  authenticationMode: string[];
  logs: string[];
  /** Of the key of KMS alone, or of what is encrypted with it. */
  encryption: string[];
}

const CLASSIC: Names = {
  endpoint: ["vpcConfig"],
  authenticationMode: ["accessConfig", "authenticationMode"],
  logs: ["enabledClusterLogTypes"],
  encryption: ["encryptionConfig"],
};

const NAMES: Readonly<Record<string, Names>> = {
  "aws:eks/cluster:Cluster": CLASSIC,
  "aws-native:eks:Cluster": {
    ...CLASSIC,
    endpoint: ["resourcesVpcConfig"],
    logs: ["logging", "clusterLogging", "enabledTypes"],
  },
  "eks:index:Cluster": {
    endpoint: [],
    authenticationMode: ["authenticationMode"],
    logs: ["enabledClusterLogTypes"],
    encryption: ["encryptionConfigKeyArn"],
  },
};
const COMPONENT = "eks:index:Cluster";

/** A property, and how messages name it. */
export interface Property {
  path: string;
  value: unknown;
}

export class Cluster {
  constructor(
    readonly props: Fields,
    /** pulumi-eks', which makes a group of nodes, too. */
    readonly isComponent: boolean,
    private readonly names: Names,
  ) {}

  /** Of `endpointPrivateAccess`, `endpointPublicAccess` or `publicAccessCidrs`. */
  endpoint(name: string): Property {
    return this.property([...this.names.endpoint, name]);
  }

  get authenticationMode(): Property {
    return this.property(this.names.authenticationMode);
  }

  /** Kinds of logs, which AWS Native has as objects. */
  get logs(): { path: string; enabled: unknown[] } {
    const { path, value } = this.property(this.names.logs);
    return { path, enabled: list(value).map((log) => (typeof log === "string" ? log : at(log, "type"))) };
  }

  /** Path of the key's ARN, if nothing else is needed. */
  get keyPath(): string | undefined {
    return this.isComponent ? this.names.encryption.join(".") : undefined;
  }

  get hasKey(): boolean {
    return this.names.encryption.every((name) => isStated(this.props, name));
  }

  /** What is encrypted with keys of KMS; one set of it or a list. */
  get encrypted(): Property {
    const { value } = this.property(this.names.encryption);
    const [first] = [value].flat();
    return { path: [...this.names.encryption, "resources"].join("."), value: at(first, "resources") };
  }

  private property(names: string[]): Property {
    return { path: names.join("."), value: at(this.props, ...names) };
  }
}

/** A component without inputs: its provider did not pass them on, so the cluster in it is judged. */
export function clusterOf({ type, props }: Resource): Cluster | undefined {
  const names = Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
  if (names === undefined) return undefined;
  const isComponent = type === COMPONENT;
  return isComponent && !isSet(props) ? undefined : new Cluster(props, isComponent, names);
}
