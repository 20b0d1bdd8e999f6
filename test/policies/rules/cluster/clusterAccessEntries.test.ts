import assert from "node:assert/strict";

import { clusterAccessEntries } from "../../../../policies/rules/cluster/clusterAccessEntries.js";
import { cluster, componentCluster, nativeCluster } from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

/** In all forms, which differ in the path of messages alone. */
async function found(authenticationMode: Json): Promise<string[]> {
  const own = await messages(clusterAccessEntries, cluster({ accessConfig: { authenticationMode } }));
  const component = await messages(clusterAccessEntries, componentCluster({ authenticationMode }));
  assert.deepEqual(
    own.map((message) => message.replace("accessConfig.", "")),
    component,
  );
  const native = await messages(clusterAccessEntries, nativeCluster({ accessConfig: { authenticationMode } }));
  assert.deepEqual(native, own);
  return own;
}

describe("cluster-access-entries", () => {
  it("accepts access entries alone", async () => {
    assert.deepEqual(await found("API"), []);
  });

  it("refuses the ConfigMap, which is the default", async () => {
    const path = "accessConfig.authenticationMode";
    const fix = 'set "API", or on an existing cluster "API_AND_CONFIG_MAP" first';
    assert.deepEqual(await found("CONFIG_MAP"), [`${path} is "CONFIG_MAP": ${fix}`]);
    const unset = `${path} is not set, which means "CONFIG_MAP": ${fix}`;
    assert.deepEqual(await found(undefined), [unset]);
    assert.deepEqual(await messages(clusterAccessEntries, cluster({ accessConfig: undefined })), [unset]);
  });

  it("refuses the ConfigMap itself, and no other", async () => {
    const configMap = (name: string, namespace: string, kind = "ConfigMap") =>
      resource(`kubernetes:core/v1:${kind}`, "access", { metadata: { name, namespace }, data: {} });
    for (const kind of ["ConfigMap", "ConfigMapPatch"]) {
      assert.deepEqual(await messages(clusterAccessEntries, configMap("aws-auth", "kube-system", kind)), [
        "the ConfigMap aws-auth says who may use the cluster: use access entries (aws.eks.AccessEntry)",
      ]);
    }
    const others = [configMap("aws-auth", "models"), configMap("coredns", "kube-system")];
    assert.deepEqual(await messages(clusterAccessEntries, others), []);
  });

  it("asks for the last step of a cluster that has both", async () => {
    assert.deepEqual(await found("API_AND_CONFIG_MAP"), [
      'accessConfig.authenticationMode is "API_AND_CONFIG_MAP": set "API" once access entries have all that the ConfigMap aws-auth grants',
    ]);
  });
});
