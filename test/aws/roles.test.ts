import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { podRole, type RoleSettings, serviceRole } from "../../components/aws/roles.js";
import { valueOf } from "../serving/registered.js";
import { awsRegistered, inputsOf } from "./awsRegistered.js";

class Parent extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Parent", "parent");
  }
}

describe("serviceRole", () => {
  it("trusts the service and nobody else, and has the policies that it is given", async () => {
    const { registry } = await awsRegistered(() =>
      serviceRole(
        "nodes",
        "ec2.amazonaws.com",
        ["AmazonEKSWorkerNodePolicy", "service-role/AmazonEBSCSIDriverPolicy"],
        {
          parent: new Parent(),
        },
      ),
    );
    const { assumeRolePolicy, ...others } = registry.get("Role", "nodes").inputs;
    assert.deepEqual(others, {});
    assert.deepEqual(JSON.parse(assumeRolePolicy as string), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: ["sts:AssumeRole"] }],
    });
    assert.deepEqual(inputsOf(registry, "RolePolicyAttachment"), {
      "nodes-AmazonEKSWorkerNodePolicy": {
        role: "nodes",
        policyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      },
      "nodes-AmazonEBSCSIDriverPolicy": {
        role: "nodes",
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
      },
    });
    assert.equal(registry.names("Parent parent").length, 3);
  });

  for (const [region, partition] of [
    ["cn-north-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
  ] as const) {
    it(`attaches policies of the partition ${partition}`, async () => {
      const { registry } = await awsRegistered(
        () => serviceRole("control-plane", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"], {}),
        region,
      );
      assert.deepEqual(registry.get("RolePolicyAttachment", "control-plane-AmazonEKSClusterPolicy").inputs, {
        role: "control-plane",
        policyArn: `arn:${partition}:iam::aws:policy/AmazonEKSClusterPolicy`,
      });
    });
  }
});

describe("roles with their permissions", () => {
  for (const [kind, make] of [
    ["service", (settings?: RoleSettings) => serviceRole("r", "ec2.amazonaws.com", ["A", "path/B"], {}, settings)],
    ["pod", (settings?: RoleSettings) => podRole("r", { policies: ["A", "path/B"] }, {}, settings)],
  ] as const) {
    it(`tell a ${kind}'s role and every right of it, in the order of the policies`, async () => {
      const { made } = await awsRegistered(() => make());
      assert.equal(await valueOf(made.role.name), "r");
      const names = await Promise.all(made.permissions.map(({ urn }) => valueOf(urn)));
      assert.deepEqual(
        names.map((urn) => urn.split("::").at(-1)),
        ["r-A", "r-B"],
      );
    });

    it(`give a ${kind}'s role the tags, path and boundary that they are given, and none otherwise`, async () => {
      const settings = {
        tags: { team: "ml" },
        path: "/platform/",
        permissionsBoundary: "arn:aws:iam::123456789012:policy/edge",
      };
      const inputs = async (given?: RoleSettings) =>
        (await awsRegistered(() => make(given))).registry.get("Role", "r").inputs;
      const { assumeRolePolicy, ...others } = await inputs(settings);
      assert.deepEqual(others, settings);
      assert.deepEqual(await inputs(), { assumeRolePolicy });
    });
  }

  it("have no permissions where no policy is given", async () => {
    const { made, registry } = await awsRegistered(() => podRole("r", {}, {}));
    assert.deepEqual([made.permissions, registry.ofKind("RolePolicyAttachment")], [[], []]);
  });
});

describe("podRole", () => {
  it("trusts pods of the cluster by EKS Pod Identity, which tags their sessions", async () => {
    const { registry } = await awsRegistered(() => podRole("cni", { policies: ["AmazonEKS_CNI_Policy"] }, {}));
    assert.deepEqual(JSON.parse(registry.get("Role", "cni").inputs["assumeRolePolicy"] as string), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    });
    assert.deepEqual(inputsOf(registry, "RolePolicyAttachment"), {
      "cni-AmazonEKS_CNI_Policy": { role: "cni", policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
    });
  });

  it("has a policy of its own beside AWS', and both count as its permissions", async () => {
    const document = { Version: "2012-10-17", Statement: [] } as const;
    const { made, registry } = await awsRegistered(() =>
      podRole("csi", { policies: ["A"], document: { ...document, Statement: [] } }, {}),
    );
    assert.deepEqual(inputsOf(registry, "RolePolicy"), { csi: { role: "csi", policy: JSON.stringify(document) } });
    assert.equal(made.permissions.length, 2);
  });
});
