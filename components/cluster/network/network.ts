import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { endpointService } from "../../facts/aws/endpoints.js";
import { subnetsOf } from "./subnets.js";

/** What a cluster needs of the network that it is in. */
export interface ClusterNetwork {
  vpcId: pulumi.Output<string>;
  /** Subnets of nodes and pods. */
  privateSubnetIds: pulumi.Output<string>[];
  /** Those among them that the control plane is in. */
  controlPlaneSubnetIds: pulumi.Output<string>[];
  /** Availability zones of the private subnets, in their order. */
  zoneNames: pulumi.Output<string>[];
  /** The ways out: what runs in private subnets depends on them, so that they come first and go last. */
  routes: pulumi.Resource[];
}

/** Inputs of {@link Network}. */
export interface NetworkArgs {
  /** Range of the VPC, such as `10.40.0.0/16`. */
  cidr: string;
  /** Availability zones of the control plane and the nodes: how many, two at least, or their names. */
  zones: number | readonly string[];
  /** Zones for nodes alone, by name. @default none */
  additionalZones?: readonly string[];
  /** `single` is cheaper, and takes every node's way out with its zone. @default "per-zone" */
  natGateways?: "per-zone" | "single";
  /** AWS services reached without NAT, such as `ecr.api`. @default none; S3 always is */
  interfaceEndpoints?: string[];
  /** Cluster whose load balancers go into the public subnets. */
  clusterName: string;
  tags?: Record<string, string>;
}

/**
 * A VPC for an EKS cluster: private subnets for nodes and pods, public ones for load balancers, NAT, and endpoints. Nothing
 * in it has a public address but NAT gateways and load balancers; its default security group lets nothing through.
 */
export class Network extends pulumi.ComponentResource implements ClusterNetwork {
  readonly vpcId: pulumi.Output<string>;
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly controlPlaneSubnetIds: pulumi.Output<string>[];
  /** Names of the availability zones, in the order of the subnets. */
  readonly zoneNames: pulumi.Output<string>[];
  /** The ways out: what runs in private subnets depends on them, so that they come first and go last. */
  readonly routes: pulumi.Resource[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:Network", name, {}, opts);
    const child = { parent: this };
    const tagged = (suffix: string): Record<string, string> => ({ ...args.tags, Name: `${name}-${suffix}` });

    const vpc = new aws.ec2.Vpc(
      name,
      { cidrBlock: args.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tagged("vpc") },
      child,
    );
    this.vpcId = vpc.id;
    // Without rules: what needs a security group gets one of its own.
    new aws.ec2.DefaultSecurityGroup(name, { vpcId: vpc.id, tags: tagged("default") }, child);
    const internet = new aws.ec2.InternetGateway(name, { vpcId: vpc.id, tags: tagged("internet") }, child);
    const { zones: wanted, additionalZones = [] } = args;
    const first = typeof wanted === "number" ? this.zonesOfRegion(wanted, additionalZones) : wanted;
    const names: readonly pulumi.Input<string>[] = [...first, ...additionalZones];
    // AWS' list of zones may change; a subnet stays where it is.
    const place = typeof wanted === "number" ? { ...child, ignoreChanges: ["availabilityZone"] } : child;

    const zones = subnetsOf(args.cidr, names.length).map((ranges, index) => {
      const subnet = (kind: "public" | "private", role: string): aws.ec2.Subnet =>
        new aws.ec2.Subnet(
          `${name}-${kind}-${index}`,
          {
            vpcId: vpc.id,
            availabilityZone: names[index]!,
            cidrBlock: ranges[kind],
            mapPublicIpOnLaunch: false,
            tags: {
              ...tagged(`${kind}-${index}`),
              [`kubernetes.io/role/${role}`]: "1",
              [`kubernetes.io/cluster/${args.clusterName}`]: "shared",
            },
          },
          index < first.length ? place : child,
        );
      return { public: subnet("public", "elb"), private: subnet("private", "internal-elb") };
    });
    this.zoneNames = zones.map((zone) => zone.private.availabilityZone);
    this.controlPlaneSubnetIds = zones.slice(0, first.length).map((zone) => zone.private.id);
    this.publicSubnetIds = zones.map((zone) => zone.public.id);
    this.privateSubnetIds = zones.map((zone) => zone.private.id);

    const publicRoutes = new aws.ec2.RouteTable(
      `${name}-public`,
      { vpcId: vpc.id, routes: [{ cidrBlock: ANYWHERE, gatewayId: internet.id }], tags: tagged("public") },
      child,
    );
    const publicAssociations = zones.map(
      (zone, index) =>
        new aws.ec2.RouteTableAssociation(
          `${name}-public-${index}`,
          { subnetId: zone.public.id, routeTableId: publicRoutes.id },
          child,
        ),
    );

    const gateways = zones.slice(0, args.natGateways === "single" ? 1 : zones.length).map((zone, index) => {
      const address = new aws.ec2.Eip(`${name}-nat-${index}`, { domain: "vpc", tags: tagged(`nat-${index}`) }, child);
      return new aws.ec2.NatGateway(
        `${name}-${index}`,
        { subnetId: zone.public.id, allocationId: address.allocationId, tags: tagged(`nat-${index}`) },
        { ...child, dependsOn: [internet] },
      );
    });
    const privateRoutes = zones.map((zone, index) => {
      const routes = new aws.ec2.RouteTable(
        `${name}-private-${index}`,
        {
          vpcId: vpc.id,
          routes: [{ cidrBlock: ANYWHERE, natGatewayId: (gateways[index] ?? gateways[0]!).id }],
          tags: tagged(`private-${index}`),
        },
        child,
      );
      const association = new aws.ec2.RouteTableAssociation(
        `${name}-private-${index}`,
        { subnetId: zone.private.id, routeTableId: routes.id },
        child,
      );
      return { routes, association };
    });
    this.routes = [
      ...[internet, publicRoutes, ...publicAssociations],
      ...gateways,
      ...privateRoutes.flatMap(({ routes, association }) => [routes, association]),
    ];

    this.createEndpoints(
      name,
      args,
      vpc,
      privateRoutes.map(({ routes }) => routes.id),
      tagged,
    );
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
    });
  }

  private zonesOfRegion(count: number, additional: readonly string[] = []): pulumi.Output<string>[] {
    const { names } = aws.getAvailabilityZonesOutput(ZONES_OF_EKS, { parent: this });
    return Array.from({ length: count }, (_, index) => names.apply((zones) => zoneAt(zones, index, additional)));
  }

  private createEndpoints(
    name: string,
    args: NetworkArgs,
    vpc: aws.ec2.Vpc,
    routeTableIds: pulumi.Output<string>[],
    tagged: (suffix: string) => Record<string, string>,
  ): void {
    const child = { parent: this };
    const region = aws.getRegionOutput({}, child).region;
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: vpc.id,
        serviceName: region.apply((of) => endpointService("s3", of)),
        vpcEndpointType: "Gateway",
        routeTableIds,
        tags: tagged("s3"),
      },
      child,
    );
    const services = args.interfaceEndpoints ?? [];
    if (services.length === 0) return;
    const securityGroup = new aws.ec2.SecurityGroup(
      `${name}-endpoints`,
      {
        vpcId: vpc.id,
        description: "HTTPS from the VPC to interface endpoints",
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [args.cidr] }],
        tags: tagged("endpoints"),
      },
      child,
    );
    for (const service of services) {
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId: vpc.id,
          serviceName: region.apply((of) => endpointService(service, of)),
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: this.privateSubnetIds,
          securityGroupIds: [securityGroup.id],
          tags: tagged(service),
        },
        child,
      );
    }
  }
}

const ANYWHERE = "0.0.0.0/0";

/**
 * Zones whose subnets EKS refuses, by id, since names differ between accounts
 * (docs.aws.amazon.com/eks/latest/userguide/network-reqs.html).
 */
const ZONES_WITHOUT_EKS = ["use1-az3", "usw1-az2", "cac1-az3"];

/** What to ask for zones that can host a control plane. */
export const ZONES_OF_EKS = {
  state: "available",
  // Local zones are opted into and cannot.
  filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
  excludeZoneIds: ZONES_WITHOUT_EKS,
};

function zoneAt(names: readonly string[], index: number, additional: readonly string[]): string {
  const name = names[index];
  if (name === undefined) {
    throw new Error(
      `vllm:cluster.network.zones: the region has ${names.length} zones for EKS: use at most ${names.length}`,
    );
  }
  if (!additional.includes(name)) return name;
  throw new Error(
    `vllm:cluster.network.additionalZones: "${name}" is one of the first ${index + 1} zones of the region, which the cluster has: leave it out`,
  );
}
