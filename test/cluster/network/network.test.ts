import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { Network, type NetworkArgs } from "../../../components/cluster/network/network.js";
import { type Registry, valueOf } from "../../serving/registered.js";
import { awsRegistered, inputsOf, reasonOf } from "../../aws/awsRegistered.js";

const ARGS: NetworkArgs = { cidr: "10.40.0.0/16", zones: 3, clusterName: "llm-test", tags: { team: "ml" } };
const CLUSTER_TAG = { "kubernetes.io/cluster/llm-test": "shared" };

const network = (changes: Partial<NetworkArgs> = {}) =>
  awsRegistered(() => new Network("net", { ...ARGS, ...changes }));

const tags = (suffix: string) => ({ team: "ml", Name: `net-${suffix}` });
/** The way out of each private subnet. */
const natOf = (registry: Registry): unknown[] =>
  [0, 1, 2].map((zone) => (registry.get("RouteTable", `net-private-${zone}`).inputs["routes"] as unknown[])[0]);

describe("Network", () => {
  let registry: Registry;
  let made: Network;
  let calls: unknown[];
  before(async () => ({ registry, made, calls } = await network()));

  it("makes a VPC whose nodes have DNS names", () => {
    assert.deepEqual(registry.get("Vpc", "net").inputs, {
      cidrBlock: "10.40.0.0/16",
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: tags("vpc"),
    });
  });

  it("leaves the default security group without a rule", () => {
    assert.deepEqual(registry.get("DefaultSecurityGroup", "net").inputs, { vpcId: "net", tags: tags("default") });
  });

  it("gives each zone a private and a public subnet, tagged for load balancers", () => {
    const subnet = (kind: string, role: string, zone: number, cidrBlock: string) => ({
      vpcId: "net",
      availabilityZone: `eu-central-1${"abc"[zone]}`,
      cidrBlock,
      mapPublicIpOnLaunch: false,
      tags: { ...tags(`${kind}-${zone}`), [`kubernetes.io/role/${role}`]: "1", ...CLUSTER_TAG },
    });
    assert.deepEqual(inputsOf(registry, "Subnet"), {
      "net-private-0": subnet("private", "internal-elb", 0, "10.40.0.0/18"),
      "net-private-1": subnet("private", "internal-elb", 1, "10.40.64.0/18"),
      "net-private-2": subnet("private", "internal-elb", 2, "10.40.128.0/18"),
      "net-public-0": subnet("public", "elb", 0, "10.40.192.0/24"),
      "net-public-1": subnet("public", "elb", 1, "10.40.193.0/24"),
      "net-public-2": subnet("public", "elb", 2, "10.40.194.0/24"),
    });
  });

  it("asks for zones that are open to everybody, so for no local ones, and for none that EKS refuses", () => {
    assert.deepEqual(calls, [
      { token: "getRegion", inputs: {} },
      {
        token: "getAvailabilityZones",
        inputs: {
          state: "available",
          filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
          excludeZoneIds: ["use1-az3", "usw1-az2", "cac1-az3"],
        },
      },
    ]);
  });

  it("leads public subnets to the internet", () => {
    assert.deepEqual(registry.get("InternetGateway", "net").inputs, { vpcId: "net", tags: tags("internet") });
    assert.deepEqual(registry.get("RouteTable", "net-public").inputs, {
      vpcId: "net",
      routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "net" }],
      tags: tags("public"),
    });
  });

  it("leads each private subnet out by the gateway of its own zone", () => {
    const zones = [0, 1, 2];
    const gateway = (zone: number) => ({
      subnetId: `net-public-${zone}`,
      allocationId: `eipalloc-net-nat-${zone}`,
      tags: tags(`nat-${zone}`),
    });
    assert.deepEqual(
      inputsOf(registry, "NatGateway"),
      Object.fromEntries(zones.map((zone) => [`net-${zone}`, gateway(zone)])),
    );
    assert.deepEqual(
      inputsOf(registry, "Eip"),
      Object.fromEntries(zones.map((zone) => [`net-nat-${zone}`, { domain: "vpc", tags: tags(`nat-${zone}`) }])),
    );
    for (const zone of zones) {
      assert.deepEqual(registry.get("RouteTable", `net-private-${zone}`).inputs, {
        vpcId: "net",
        routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: `net-${zone}` }],
        tags: tags(`private-${zone}`),
      });
      const { dependencies } = registry.get("NatGateway", `net-${zone}`);
      assert.ok(dependencies.includes("InternetGateway net"), "a NAT gateway waits for the way to the internet");
    }
  });

  it("binds every subnet to its routes", () => {
    const bound = (subnetId: string, routeTableId: string) => ({ subnetId, routeTableId });
    assert.deepEqual(inputsOf(registry, "RouteTableAssociation"), {
      "net-public-0": bound("net-public-0", "net-public"),
      "net-public-1": bound("net-public-1", "net-public"),
      "net-public-2": bound("net-public-2", "net-public"),
      "net-private-0": bound("net-private-0", "net-private-0"),
      "net-private-1": bound("net-private-1", "net-private-1"),
      "net-private-2": bound("net-private-2", "net-private-2"),
    });
  });

  it("reaches S3 by a gateway endpoint, and no other service without NAT unless asked to", () => {
    assert.deepEqual(inputsOf(registry, "VpcEndpoint"), {
      "net-s3": {
        vpcId: "net",
        serviceName: "com.amazonaws.eu-central-1.s3",
        vpcEndpointType: "Gateway",
        routeTableIds: ["net-private-0", "net-private-1", "net-private-2"],
        tags: tags("s3"),
      },
    });
    assert.deepEqual(registry.ofKind("SecurityGroup"), []);
  });

  it("tells its subnets, in the order of the zones", async () => {
    assert.equal(await valueOf(made.vpcId), "net");
    const ids = (outputs: Network["publicSubnetIds"]) => Promise.all(outputs.map(valueOf));
    assert.deepEqual(await ids(made.privateSubnetIds), ["net-private-0", "net-private-1", "net-private-2"]);
    assert.deepEqual(await ids(made.publicSubnetIds), ["net-public-0", "net-public-1", "net-public-2"]);
    assert.deepEqual(await ids(made.zoneNames), ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
  });

  it("tells the ways out of its private subnets", async () => {
    const urns = await Promise.all(made.routes.map(({ urn }) => valueOf(urn)));
    const kindAndName = (urn: string) => urn.split("::").slice(-2).join(" ").replace(/^.*:/, "");
    const told = urns.map(kindAndName);
    for (const zone of [0, 1, 2]) {
      for (const route of [
        `NatGateway net-${zone}`,
        `RouteTable net-private-${zone}`,
        `RouteTableAssociation net-private-${zone}`,
      ]) {
        assert.ok(told.includes(route), route);
      }
    }
  });

  it("has everything for its child", () => {
    assert.equal(registry.names("Network net").length, registry.all.length - 1);
  });
});

describe("Network with other args", () => {
  it("refuses more zones than the region has for EKS", async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
        call: () => ({ names: ["eu-central-1a", "eu-central-1b"], region: "eu-central-1" }),
      },
      "vllm",
      "test",
      false,
    );
    // Not waited for: what is registered with a failed Output never ends under mocks.
    let made: Network | undefined;
    await pulumi.runtime.runInPulumiStack(() => {
      made = new Network("net", ARGS);
      return Promise.resolve({});
    });
    assert.equal(
      await reasonOf(made!["zonesOfRegion"](3)[2]!),
      "vllm:cluster.network.zones: the region has 2 zones for EKS: use at most 2",
    );
    assert.equal(await valueOf(made!["zonesOfRegion"](3)[1]!), "eu-central-1b");
  });

  it("tells the one gateway, and every zone's routes to it, for ways out", async () => {
    const { registry, made } = await network({ natGateways: "single", zones: 2 });
    assert.equal(registry.ofKind("NatGateway").length, 1);
    const urns = await Promise.all(made.routes.map(({ urn }) => valueOf(urn)));
    assert.equal(urns.filter((urn) => urn.includes(":NatGateway::")).length, 1);
    assert.equal(urns.filter((urn) => urn.includes(":RouteTable::net-private-")).length, 2);
  });

  it("leads all zones out by one gateway when that is asked for", async () => {
    const { registry } = await network({ natGateways: "single" });
    assert.deepEqual(Object.keys(inputsOf(registry, "NatGateway")), ["net-0"]);
    assert.deepEqual(Object.keys(inputsOf(registry, "Eip")), ["net-nat-0"]);
    assert.deepEqual(natOf(registry), Array(3).fill({ cidrBlock: "0.0.0.0/0", natGatewayId: "net-0" }));
  });

  it("reaches services by interface endpoints in every zone, from the VPC alone", async () => {
    const { registry } = await network({ interfaceEndpoints: ["ecr.api", "sts"] });
    assert.deepEqual(inputsOf(registry, "SecurityGroup"), {
      "net-endpoints": {
        vpcId: "net",
        description: "HTTPS from the VPC to interface endpoints",
        ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.40.0.0/16"] }],
        tags: tags("endpoints"),
      },
    });
    const { "net-s3": s3, ...others } = inputsOf(registry, "VpcEndpoint");
    assert.equal(s3!["vpcEndpointType"], "Gateway");
    const endpoint = (service: string) => ({
      vpcId: "net",
      serviceName: `com.amazonaws.eu-central-1.${service}`,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: ["net-private-0", "net-private-1", "net-private-2"],
      securityGroupIds: ["net-endpoints"],
      tags: tags(service),
    });
    assert.deepEqual(others, { "net-ecr.api": endpoint("ecr.api"), "net-sts": endpoint("sts") });
  });

  it("takes zones by their names without asking, and those that came later behind the others", async () => {
    const { registry, made, calls, ignored } = await network({
      zones: ["eu-central-1c", "eu-central-1a"],
      additionalZones: ["eu-central-1b"],
    });
    assert.deepEqual(
      [0, 1, 2].map((zone) => registry.get("Subnet", `net-private-${zone}`).inputs["availabilityZone"]),
      ["eu-central-1c", "eu-central-1a", "eu-central-1b"],
    );
    assert.ok(!calls.some((call) => call.token === "getAvailabilityZones"));
    assert.deepEqual(ignored, {});
    const ids = await Promise.all(made.controlPlaneSubnetIds.map((id) => valueOf(id)));
    assert.deepEqual(ids, ["net-private-0", "net-private-1"]);
  });

  it("names endpoints as China's regions do", async () => {
    const { registry } = await awsRegistered(
      () => new Network("net", { ...ARGS, interfaceEndpoints: ["ecr.api", "logs", "sts"] }),
      "cn-north-1",
    );
    const names = Object.values(inputsOf(registry, "VpcEndpoint")).map(({ serviceName }) => serviceName);
    assert.deepEqual(names.sort(), [
      "cn.com.amazonaws.cn-north-1.ecr.api",
      "cn.com.amazonaws.cn-north-1.sts",
      "com.amazonaws.cn-north-1.logs",
      "com.amazonaws.cn-north-1.s3",
    ]);
  });

  it("uses as many zones as it is told, and no tags but names unless given some", async () => {
    const { registry } = await network({ zones: 2, tags: undefined });
    assert.deepEqual(
      Object.entries(inputsOf(registry, "Subnet"))
        .map(([name, { availabilityZone, cidrBlock }]) => [name, availabilityZone, cidrBlock])
        .sort(),
      [
        ["net-private-0", "eu-central-1a", "10.40.0.0/18"],
        ["net-private-1", "eu-central-1b", "10.40.64.0/18"],
        ["net-public-0", "eu-central-1a", "10.40.192.0/24"],
        ["net-public-1", "eu-central-1b", "10.40.193.0/24"],
      ],
    );
    assert.deepEqual(registry.get("Vpc", "net").inputs["tags"], { Name: "net-vpc" });
  });
});
