import assert from "node:assert/strict";

import { helmChartVersion } from "../../../../policies/rules/release/helmChartVersion.js";
import { type Json, messages, resource } from "../../fixtures.js";

const chart = (version: Json, name = "keda", type = "v3:Release") =>
  resource(`kubernetes:helm.sh/${type}`, "keda", { chart: name, version });

describe("helm-chart-version", () => {
  for (const version of ["2.20.2", "v1.9.2", "1.0.0-rc.1", "1.2.3+build.4"]) {
    it(`accepts ${version}`, async () => {
      assert.deepEqual(await messages(helmChartVersion, chart(version)), []);
    });
  }

  it("accepts charts that have no version to choose", async () => {
    const digest = `oci://ghcr.io/kedacore/keda@sha256:${"0".repeat(64)}`;
    for (const name of ["./charts/own", "/charts/own", "https://example.org/own-1.0.0.tgz", digest]) {
      assert.deepEqual(await messages(helmChartVersion, chart(undefined, name)), []);
    }
    assert.deepEqual(
      await messages(helmChartVersion, resource("kubernetes:helm.sh/v3:Chart", "own", { path: "own" })),
      [],
    );
  });

  for (const version of [
    undefined,
    "",
    "*",
    "x",
    "1.x",
    "1.2",
    "^1.2.3",
    "~1.2.3",
    ">=1.2.3",
    "1.2.3 - 2.0.0",
    "latest",
    2,
  ]) {
    it(`refuses ${JSON.stringify(version)}`, async () => {
      assert.deepEqual(await messages(helmChartVersion, chart(version)), [
        version === undefined
          ? 'chart "keda" has no version: set one, such as 1.2.3'
          : `chart "keda": version ${JSON.stringify(version)} is not exact: set one version, such as 1.2.3`,
      ]);
    });
  }

  it("sees both kinds of Chart", async () => {
    const charts = [chart("^1.0.0", "keda", "v3:Chart"), chart("^1.0.0", "keda", "v4:Chart")];
    assert.equal((await messages(helmChartVersion, charts)).length, 2);
  });
});
