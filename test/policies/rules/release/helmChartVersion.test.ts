import assert from "node:assert/strict";

import { helmChartVersion } from "../../../../policies/rules/release/helmChartVersion.js";
import { type Json, messages, resource } from "../../fixtures.js";

type Changes = { [key: string]: Json };

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

  it("takes a folder of the program for fixed, and the alias of a repository for none", async () => {
    for (const name of ["charts/own", "helm/own", "deploy/charts/own", "own/", "../own", "~/own", "own-1.0.0.tgz"]) {
      assert.deepEqual(await messages(helmChartVersion, chart(undefined, name)), [], name);
    }
    const named = resource("kubernetes:helm.sh/v3:Release", "own", {
      chart: "charts/own",
      repositoryOpts: { repo: "https://example.org" },
    });
    for (const one of [chart(undefined, "kedacore/keda"), chart(undefined, "oci://ghcr.io/acme/own"), named]) {
      assert.equal((await messages(helmChartVersion, one)).length, 1);
    }
  });

  it("reads a version, a commit or a hash in an address", async () => {
    for (const address of [
      "https://example.org/v1.2.3/own.tgz",
      "https://example.org/own-1.2.3-rc.1.tgz?raw=true",
      "oci://ghcr.io/acme/own:1.2.3",
      `https://example.org/${"0a".repeat(20)}/own.tgz`,
    ]) {
      assert.deepEqual(await messages(helmChartVersion, chart(undefined, address)), [], address);
    }
    for (const address of ["https://example.org/own-latest.tgz", "https://example.org/own-1.2.tgz"]) {
      assert.deepEqual(await messages(helmChartVersion, chart("1.2.3", address)), [
        `chart "${address}" is an address without version: use one that names a version, such as 1.2.3`,
      ]);
    }
  });

  const HELM = { chart: "keda", version: "2.x" };
  const kinds: Array<[type: string, bad: Changes, good: Changes, place?: string]> = [
    [
      "helm.toolkit.fluxcd.io/v2:HelmRelease",
      { spec: { chart: { spec: HELM } } },
      { spec: { chart: { spec: { chart: "./own", sourceRef: { kind: "GitRepository", name: "own" } } } } },
    ],
    ["source.toolkit.fluxcd.io/v1:HelmChart", { spec: HELM }, { spec: { ...HELM, version: "2.0.1" } }],
    [
      "argoproj.io/v1alpha1:Application",
      { spec: { source: { chart: "keda", repoURL: "https://example.org", targetRevision: "2.x" } } },
      { spec: { source: { path: "charts/keda", repoURL: "https://example.org/own.git", targetRevision: "HEAD" } } },
      "spec.source",
    ],
    [
      "argoproj.io/v1alpha1:Application",
      { spec: { sources: [{ ref: "values" }, { chart: "keda", repoURL: "example.org/keda", targetRevision: "2.x" }] } },
      { spec: { sources: [{ chart: "keda", repoURL: "example.org/keda", targetRevision: "2.0.1" }] } },
      "spec.sources[1]",
    ],
    [
      "argoproj.io/v1alpha1:ApplicationSet",
      { spec: { template: { spec: { source: { chart: "keda", targetRevision: "2.x" } } } } },
      { spec: { template: { spec: { source: { chart: "keda", targetRevision: "{{.version}}" } } } } },
      "spec.template.spec.source",
    ],
    ["helm.cattle.io/v1:HelmChart", { spec: HELM }, { spec: { chartContent: "H4sI" } }],
    [
      "helm.crossplane.io/v1beta1:Release",
      { spec: { forProvider: { chart: { name: "keda", version: "2.x" } } } },
      { spec: { forProvider: { chart: { name: "keda", digest: `sha256:${"0".repeat(64)}` } } } },
    ],
    [
      "addons.cluster.x-k8s.io/v1alpha1:HelmChartProxy",
      { spec: { chartName: "keda", version: "2.x" } },
      { spec: { chartName: "keda", version: "2.0.1" } },
    ],
    [
      "helm.toolkit.fluxcd.io/v2:HelmReleasePatch",
      { spec: { chart: { spec: HELM } } },
      { spec: { chart: { spec: { chart: "keda" } } } },
    ],
  ];
  for (const [type, bad, good, place] of kinds) {
    it(`sees ${type}${place === undefined ? "" : ` in ${place}`}`, async () => {
      assert.deepEqual(await messages(helmChartVersion, resource(`kubernetes:${type}`, "r", bad)), [
        `${place === undefined ? "" : `${place}: `}chart "keda": version "2.x" is not exact: set one version, such as 1.2.3`,
      ]);
      assert.deepEqual(await messages(helmChartVersion, resource(`kubernetes:${type}`, "r", good)), []);
    });
  }
});
