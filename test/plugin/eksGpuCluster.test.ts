import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";
import { EksGpuCluster, type EksGpuClusterArgs } from "../../components/plugin/eksGpuCluster.js";
import { awsRegistered, inputsOf, type Run } from "../aws/awsRegistered.js";
import { inputErrors } from "./inputErrors.js";
import { clusterValues, onDay, TODAY } from "../cluster/fixtures.js";
import type { Config } from "../serving/fixtures.js";
import { valueOf } from "../serving/registered.js";

const built = (changes: Config = {}, args: Partial<EksGpuClusterArgs> = {}): Promise<Run<EksGpuCluster>> =>
  onDay(TODAY, () =>
    awsRegistered(() => new EksGpuCluster("gpu", { cluster: clusterValues(changes), tags: { team: "ml" }, ...args })),
  );

/** What it refuses, a line each, and what was made before. */
async function refused(cluster: unknown): Promise<{ lines: string[]; made: string[] }> {
  const { made: lines, registry } = await onDay(TODAY, () =>
    awsRegistered(() => {
      try {
        new EksGpuCluster("gpu", { cluster });
      } catch (thrown) {
        return inputErrors(thrown);
      }
      return [];
    }),
  );
  return { lines, made: registry.names() };
}

describe("EksGpuCluster", () => {
  it("refuses a secret within the cluster, which its resources would have in plain text", async () => {
    const { lines, made } = await refused(clusterValues({ name: pulumi.secret("m4rked") }));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^cluster\.name: is an Output, so a secret or known only later/);
    assert.deepEqual(made, ["EksGpuCluster gpu"]);
  });

  it("builds the cluster as its one child, with its tags", async () => {
    const { registry } = await built();
    assert.equal(registry.get("EksGpuCluster", "gpu").type, "pulumi-vllm:index:EksGpuCluster");
    assert.deepEqual(registry.names("EksGpuCluster gpu"), ["GpuCluster gpu"]);
    const { name, version, tags } = registry.get("Cluster", "gpu").inputs;
    assert.deepEqual({ name, version, tags }, { name: "llm-test", version: "1.36", tags: { team: "ml" } });
    assert.deepEqual(Object.keys(inputsOf(registry, "NodeGroup")).sort(), [
      "gpu-batch-l4",
      "gpu-inference-l4",
      "gpu-system",
    ]);
  });

  it("refuses Karpenter, whose pools it does not make", async () => {
    const { lines } = await refused(clusterValues({ nodes: "karpenter" }));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^cluster\.nodes: "karpenter" takes NodePools beside the cluster/);
  });

  it("asks for tokens by the profile and the role that it is given", async () => {
    const { registry } = await built({}, { profile: "staging", roleArn: "arn:aws:iam::111122223333:role/ops" });
    assert.deepEqual(registry.get("Cluster", "gpu").inputs["providerCredentialOpts"], {
      profileName: "staging",
      roleArn: "arn:aws:iam::111122223333:role/ops",
    });
  });

  it("fills in the defaults of the stack config", async () => {
    const { registry } = await built({ network: undefined });
    assert.equal(registry.get("Vpc", "gpu").inputs["cidrBlock"], "10.0.0.0/16");
    assert.equal(registry.get("LogGroup", "gpu").inputs["retentionInDays"], 90);
  });

  it("tells the cluster's name, and a kubeconfig without credentials", async () => {
    const { made } = await built();
    assert.equal(await valueOf(made.clusterName), "llm-test");
    const { users } = JSON.parse(await valueOf(made.kubeconfig)) as { users: Array<{ user: object }> };
    assert.deepEqual(
      users.map(({ user }) => Object.keys(user)),
      [["exec"]],
    );
  });

  it("tags nothing unless told", async () => {
    const { registry } = await built({}, { tags: undefined });
    assert.deepEqual(registry.get("Cluster", "gpu").inputs["tags"], {});
  });

  it("builds a cluster with warnings alone", async () => {
    const { registry } = await built({ kubernetesVersion: "1.34", amiRelease: "1.34.9-20260714" });
    assert.equal(registry.get("Cluster", "gpu").inputs["version"], "1.34");
  });

  it("refuses a cluster with every problem of it, before anything is made", async () => {
    const { lines, made } = await refused(
      clusterValues({
        kubernetesVersion: "1.33",
        amiRelease: "1.33.13-20260714",
        network: { interfaceEndpoints: ["sts", "sts"], serviceCidr: "100.64.0.0/16" },
        publicEndpoint: { cidrs: ["0.0.0.0/0"] },
        systemNodes: { instanceTypes: ["m7g.large"] },
        gpuNodes: { "inference-l4": { min: 9 } },
      }),
    );
    assert.deepEqual(lines, [
      "cluster.kubernetesVersion: EKS ended the support of 1.33 on 2026-07-29: use 1.34, 1.35 or 1.36",
      'cluster.network.serviceCidr: "100.64.0.0/16" cannot be the range of Services: use the start of a private range of /12 to /24',
      'cluster.publicEndpoint.cidrs[0]: "0.0.0.0/0" opens the API server to the world: give the ranges of your offices and runners, /8 at the widest',
      'cluster.network.interfaceEndpoints[1]: "sts" is given twice: leave one out',
      'cluster.systemNodes.instanceTypes[0]: "m7g.large" is an ARM type, and the system\'s image is for x86: take a type such as m7i.large',
      "cluster.gpuNodes.inference-l4.min: 9 is more than max 4: use 0 to 4",
    ]);
    assert.deepEqual(made, ["EksGpuCluster gpu"]);
  });

  it("refuses what has the wrong shape with every problem of it", async () => {
    const { lines, made } = await refused(
      clusterValues({ name: undefined, network: { zones: 1 }, gpuNodes: { "inference-l4": { disk: 1 } } }),
    );
    assert.deepEqual(lines.slice(0, 2), [
      "cluster.name: is missing: give text",
      "cluster.network.zones: 1 is too small: use at least 2",
    ]);
    assert.match(lines[2]!, /^cluster\.gpuNodes\.inference-l4\.disk: unknown key\b/);
    assert.equal(lines.length, 3);
    assert.deepEqual(made, ["EksGpuCluster gpu"]);
    assert.deepEqual((await refused(undefined)).lines, [
      "cluster: is missing: give an object such as { name: …, kubernetesVersion: …, gpuNodes: … }",
    ]);
  });
});
