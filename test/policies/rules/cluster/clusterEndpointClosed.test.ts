import assert from "node:assert/strict";

import { clusterEndpointClosed } from "../../../../policies/rules/cluster/clusterEndpointClosed.js";
import { cluster, componentCluster, nativeCluster } from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

const FIX = "set endpointPublicAccess to false, or name the networks that need it";

/** The same endpoint in all forms, which differ in the path of messages alone. */
async function found(endpoint: { [key: string]: Json }): Promise<string[]> {
  const own = await messages(clusterEndpointClosed, cluster({ vpcConfig: endpoint }));
  const unset = { endpointPrivateAccess: undefined, endpointPublicAccess: undefined };
  const component = await messages(clusterEndpointClosed, componentCluster({ ...unset, ...endpoint }));
  assert.deepEqual(
    own.map((message) => message.replaceAll("vpcConfig.", "")),
    component,
  );
  const native = await messages(clusterEndpointClosed, nativeCluster({ resourcesVpcConfig: endpoint }));
  assert.deepEqual(
    native.map((message) => message.replaceAll("resourcesVpcConfig.", "")),
    component,
  );
  return own;
}

describe("cluster-endpoint-closed", () => {
  it("accepts a private endpoint alone, and a public one for some networks", async () => {
    assert.deepEqual(await found({ endpointPrivateAccess: true, endpointPublicAccess: false }), []);
    const publicAccessCidrs = ["203.0.113.0/24", "2001:db8::/32", "198.51.100.10/32"];
    assert.deepEqual(await found({ endpointPrivateAccess: true, publicAccessCidrs }), []);
    assert.deepEqual(await found({ endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs }), []);
  });

  it("refuses a cluster that is not reached within its VPC", async () => {
    assert.deepEqual(await found({ endpointPrivateAccess: false, endpointPublicAccess: false }), [
      "vpcConfig.endpointPrivateAccess is false: set it to true",
    ]);
    assert.deepEqual(await found({ endpointPublicAccess: false }), [
      "vpcConfig.endpointPrivateAccess is not set: set it to true",
    ]);
  });

  it("refuses a public endpoint for everyone, which is the default", async () => {
    const message = `vpcConfig.endpointPublicAccess is true and vpcConfig.publicAccessCidrs is not set: ${FIX}`;
    for (const endpoint of [{}, { endpointPublicAccess: true }, { publicAccessCidrs: [] }]) {
      assert.deepEqual(await found({ endpointPrivateAccess: true, ...endpoint }), [message]);
    }
  });

  for (const network of ["0.0.0.0/0", "::/0", "0:0:0:0:0:0:0:0/0"]) {
    it(`refuses a public endpoint for ${network}`, async () => {
      const publicAccessCidrs = ["203.0.113.0/24", network];
      assert.deepEqual(await found({ endpointPrivateAccess: true, publicAccessCidrs }), [
        `vpcConfig.endpointPublicAccess is true and vpcConfig.publicAccessCidrs has "${network}": ${FIX}`,
      ]);
    });
  }

  for (const [networks, named] of [
    [["0.0.0.0/1", "128.0.0.0/1"], '"0.0.0.0/1" and "128.0.0.0/1"'],
    [["0.0.0.0/2", "64.0.0.0/2", "203.0.113.0/24"], '"0.0.0.0/2" and "64.0.0.0/2"'],
    [["128.0.0.0/1"], '"128.0.0.0/1"'],
    [["2000::/3"], '"2000::/3"'],
  ] as const) {
    it(`refuses a public endpoint for ${networks.join(" and ")}`, async () => {
      assert.deepEqual(await found({ endpointPrivateAccess: true, publicAccessCidrs: [...networks] }), [
        `vpcConfig.endpointPublicAccess is true and vpcConfig.publicAccessCidrs has ${named}: ${FIX}`,
      ]);
    });
  }

  it("accepts many networks of one's own", async () => {
    const publicAccessCidrs = ["17.0.0.0/8", "198.51.100.0/24", "203.0.113.7/32", "172.16.0.0/12"];
    assert.deepEqual(await found({ endpointPrivateAccess: true, publicAccessCidrs }), []);
  });

  it("leaves a component alone that the engine knows without inputs", async () => {
    assert.deepEqual(await messages(clusterEndpointClosed, resource("eks:index:Cluster", "models", {})), []);
  });
});
