import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";

import { costLabelsSchema } from "../../components/contract/labels.js";
import { parse } from "../../components/config/parse.js";
import { formatProblem } from "../../components/config/problems.js";
import { CHART_KEYS } from "../../components/facts/charts/index.js";
import { CHARTS, LABEL_VALUES } from "../../components/platform/charts.js";
import { withCostLabels } from "../../stacks/costLabels.js";
import { type CollectedResource, collect } from "../../tools/collect.js";
import { readStackFile } from "../../tools/stackFile.js";
import { valueOf } from "../serving/registered.js";

const LABELS = { team: "ml", "cost-center": "1234" };

describe("withCostLabels", () => {
  const of = (type: string, props: object) => withCostLabels(type, props as Record<string, unknown>, LABELS);

  it("labels an object and its pods beneath what they have, and leaves the selector", () => {
    const spec = {
      selector: { matchLabels: { app: "x" } },
      template: { metadata: { labels: { app: "x", team: "own" } }, spec: { containers: [] } },
    };
    assert.deepEqual(of("kubernetes:apps/v1:Deployment", { metadata: { name: "x" }, spec }), {
      props: {
        metadata: { name: "x", labels: LABELS },
        spec: {
          selector: { matchLabels: { app: "x" } },
          template: { metadata: { labels: { ...LABELS, app: "x", team: "own" } }, spec: { containers: [] } },
        },
      },
    });
  });

  it("labels pods of CronJobs, and of Jobs only as they are made", () => {
    const template = { spec: {} };
    const labelled = { metadata: { labels: LABELS }, spec: {} };
    assert.deepEqual(of("kubernetes:batch/v1:CronJob", { spec: { jobTemplate: { spec: { template } } } })?.props, {
      metadata: { labels: LABELS },
      spec: { jobTemplate: { metadata: { labels: LABELS }, spec: { template: labelled } } },
    });
    assert.deepEqual(of("kubernetes:batch/v1:Job", { spec: { template } }), {
      props: { metadata: { labels: LABELS }, spec: { template: labelled } },
      ignoreChanges: ["spec.template.metadata.labels"],
    });
  });

  it("waits for what is known later", async () => {
    const { props } = of("kubernetes:batch/v1:CronJob", {
      metadata: pulumi.output({ name: "x", labels: pulumi.output({ own: "y" }) }),
      spec: pulumi.output({ schedule: "* * * * *", jobTemplate: { spec: { template: {} } } }),
    })!;
    const known = (await valueOf(pulumi.output(props))) as unknown as {
      metadata: unknown;
      spec: { jobTemplate: { spec: { template: unknown } } };
    };
    assert.deepEqual(known.metadata, { name: "x", labels: { ...LABELS, own: "y" } });
    assert.deepEqual(known.spec.jobTemplate.spec.template, { metadata: { labels: LABELS } });
  });

  it("labels a custom resource, and a chart by its own value", () => {
    assert.deepEqual(of("kubernetes:monitoring.coreos.com/v1:PodMonitor", {})?.props, { metadata: { labels: LABELS } });
    const release = { name: "keda", values: { additionalLabels: { team: "own" }, clusterName: "llm" } };
    assert.deepEqual(of("kubernetes:helm.sh/v3:Release", release)?.props, {
      name: "keda",
      values: { additionalLabels: { ...LABELS, team: "own" }, clusterName: "llm" },
    });
    const other = { name: "other", values: {} };
    assert.deepEqual(of("kubernetes:helm.sh/v3:Release", other)?.props, other);
  });

  it("leaves what is no object of Kubernetes", () => {
    for (const type of ["pulumi:providers:kubernetes", "aws:ec2/vpc:Vpc", "pulumi-vllm:serving:VllmRuntime"])
      assert.equal(of(type, {}), undefined, type);
  });

  it("uses values that the charts have", () => {
    for (const [chart, paths] of Object.entries(LABEL_VALUES)) {
      const keys = CHART_KEYS[CHARTS[chart as keyof typeof CHARTS].name]?.keys;
      for (const [key] of paths) assert.ok(keys !== null && keys !== undefined && key! in keys, `${chart}: ${key}`);
    }
  });
});

/** Every object of labels in a value, by path. */
function labelsIn(value: unknown, path: string): [string, Record<string, string>][] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "labels" && path.endsWith("metadata")
      ? [[`${path}.labels`, inner as Record<string, string>]]
      : labelsIn(inner, `${path}.${key}`),
  );
}

describe("a stack with cost labels", function () {
  this.timeout(120_000);
  let without: CollectedResource[];
  let labelled: CollectedResource[];
  before(async () => {
    const file = readStackFile(".", "staging");
    without = await collect(file);
    labelled = await collect({ ...file, values: { ...file.values, labels: LABELS } });
  });
  const kubernetes = (all: CollectedResource[]) =>
    all.filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm"));

  it("has the same resources, each with the labels, and its pods", () => {
    assert.deepEqual(labelled.map(({ urn }) => urn).sort(), without.map(({ urn }) => urn).sort());
    assert.ok(kubernetes(labelled).length > 10);
    for (const { urn, inputs } of kubernetes(labelled)) {
      const found = labelsIn(inputs, "");
      assert.ok(found.length > 0, urn);
      // What a NodePool says of its nodes is a matter of placement.
      for (const [path, labels] of found.filter(([at]) => !/NodePool/.test(urn) || at === ".metadata.labels")) {
        for (const [key, value] of Object.entries(LABELS)) assert.equal(labels[key], value, `${urn} ${path}`);
      }
    }
  });

  it("has the same selectors", () => {
    const selectors = (all: CollectedResource[]) =>
      Object.fromEntries(
        kubernetes(all).map(({ urn, inputs }) => [
          urn,
          (inputs["spec"] as { selector?: unknown } | undefined)?.selector,
        ]),
      );
    assert.deepEqual(selectors(labelled), selectors(without));
  });

  it("has the labels as tags in AWS", () => {
    const tagged = labelled.filter(({ type, inputs }) => type.startsWith("aws:") && inputs["tags"] !== undefined);
    for (const { urn, inputs } of tagged) assert.equal((inputs["tags"] as Record<string, string>)["team"], "ml", urn);
  });
});

describe("the labels section", () => {
  const problems = (labels: Record<string, string>) =>
    parse(costLabelsSchema, labels, "vllm:labels").problems.map(formatProblem);

  it("takes any legal label that nobody reads", () => {
    assert.deepEqual(
      problems({ team: "ml", "cost-center": "1234", "example.com/environment": "", Owner: "a.b_c" }),
      [],
    );
  });

  it("refuses labels of Kubernetes, of charts and of this project, and illegal ones, all at once", () => {
    const taken = [
      "app.kubernetes.io/part-of",
      "pulumi-vllm.dev/release",
      "nvidia.com/gpu",
      "app",
      "Name",
      "vllm_model",
    ];
    const found = problems(Object.fromEntries(taken.map((key) => [key, "x"])));
    assert.equal(found.length, taken.length, found.join("\n"));
    for (const line of found) assert.match(line, /is a label that Kubernetes, a chart or this project reads/);
    assert.equal(problems({ "a b": "x" }).length, 1);
    assert.equal(problems({ team: "two words" }).length, 1);
  });
});
