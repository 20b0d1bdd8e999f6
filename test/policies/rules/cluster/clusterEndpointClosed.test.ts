import assert from "node:assert/strict";

import { clusterEndpointClosed } from "../../../../policies/rules/cluster/clusterEndpointClosed.js";
import { cluster, componentCluster } from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

const FIX = "set endpointPublicAccess to false, or name the networks that need it";

/** The same endpoint in both forms, which differ in the path of messages alone. */
async function found(endpoint: { [key: string]: Json }): Promise<string[]> {
  const own = await messages(clusterEndpointClosed, cluster({ vpcConfig: endpoint }));
  const unset = { endpointPrivateAccess: undefined, endpointPublicAccess: undefined };
  const component = await messages(clusterEndpointClosed, componentCluster({ ...unset, ...endpoint }));
  assert.deepEqual(
    own.map((message) => message.replaceAll("vpcConfig.", "")),
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

  it("leaves a component alone that the engine knows without inputs", async () => {
    assert.deepEqual(await messages(clusterEndpointClosed, resource("eks:index:Cluster", "models", {})), []);
  });
});
