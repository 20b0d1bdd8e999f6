import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { EKS_VERSION, madeByEks } from "../../../tools/preview/eksComponent.js";

const component = (inputs: Record<string, unknown>, type = "eks:index:Cluster") =>
  madeByEks({ urn: "urn", type, name: "llm", custom: false, inputs, secret: false });
const namesOf = (inputs: Record<string, unknown>): string[] =>
  component(inputs)!.resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);

describe("madeByEks", () => {
  it("is of the version that is installed", () => {
    const { version } = JSON.parse(readFileSync("node_modules/@pulumi/eks/package.json", "utf8")) as {
      version: string;
    };
    assert.equal(version, EKS_VERSION);
  });

  it("says that this project's cluster is a control plane and a provider", () => {
    const inputs = {
      serviceRole: {},
      kubeProxyAddonOptions: { enabled: false },
      corednsAddonOptions: { enabled: false },
      useDefaultVpcCni: true,
      skipDefaultNodeGroup: true,
      skipDefaultSecurityGroups: true,
    };
    assert.deepEqual(namesOf(inputs), ["Cluster llm-eksCluster", "kubernetes llm-eks-k8s"]);
  });

  it("says what the component makes by itself", () => {
    assert.deepEqual(namesOf({ createOidcProvider: true }), [
      "Cluster llm-eksCluster",
      "kubernetes llm-eks-k8s",
      "Role llm-eksRole-role",
      "Addon llm-kube-proxy",
      "Addon llm-vpc-cni",
      "Addon llm-coredns",
      "SecurityGroup llm-eksClusterSecurityGroup",
      "SecurityGroup llm-nodeSecurityGroup",
      "Role llm-instanceRole-role",
      "OpenIdConnectProvider llm-oidcProvider",
    ]);
  });

  it("knows of no other component", () => {
    assert.equal(component({}, "aws:eks/cluster:Cluster"), undefined);
  });
});
