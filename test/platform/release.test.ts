import assert from "node:assert/strict";

import { addonNamespace, addonRelease } from "../../components/platform/release.js";
import { registered } from "../serving/registered.js";

const chart = {
  name: "keda",
  version: "2.20.2",
  repository: "https://kedacore.github.io/charts",
  date: "",
  source: "",
};

describe("addonRelease", () => {
  it("installs one exact version under the chart's name, as a whole or not at all", async () => {
    const registry = await registered(() =>
      addonRelease("platform-keda", { chart, namespace: "keda", values: { replicas: 2 } }, {}),
    );
    assert.deepEqual(registry.get("Release", "platform-keda").inputs, {
      compat: "true",
      name: "keda",
      chart: "keda",
      repositoryOpts: { repo: "https://kedacore.github.io/charts" },
      version: "2.20.2",
      namespace: "keda",
      atomic: true,
      timeout: 300,
      values: { replicas: 2 },
    });
  });

  it("takes a chart of an OCI registry by its reference", async () => {
    const oci = { ...chart, repository: "oci://ghcr.io/kedacore/charts" };
    const registry = await registered(() =>
      addonRelease("keda", { chart: oci, namespace: "keda", values: {}, timeoutSeconds: 60 }, {}),
    );
    const { inputs } = registry.get("Release", "keda");
    assert.equal(inputs["chart"], "oci://ghcr.io/kedacore/charts/keda");
    assert.ok(!("repositoryOpts" in inputs));
    assert.equal(inputs["version"], "2.20.2");
    assert.equal(inputs["timeout"], 60);
  });
});

describe("addonNamespace", () => {
  it("says what its pods may do", async () => {
    const registry = await registered(() => addonNamespace("platform-keda", "keda", "restricted", {}));
    assert.deepEqual(registry.get("Namespace", "platform-keda").inputs["metadata"], {
      name: "keda",
      labels: { "app.kubernetes.io/managed-by": "pulumi", "pod-security.kubernetes.io/enforce": "restricted" },
    });
  });
});
