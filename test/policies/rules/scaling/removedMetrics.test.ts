import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { removedMetrics } from "../../../../policies/rules/scaling/removedMetrics.js";
import { type NotJudged, type PolicyInput, runPolicies } from "../../../../tools/policyRunner.js";
import { type Json, horizontalAutoscaler, messages, resource, scaledObject } from "../../fixtures.js";

/** Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: PolicyInput["props"]) => PolicyInput["props"];
  unknownStringValue: string;
};

const query = (text: string) => scaledObject({}, { metadata: { query: text } });
const configMap = (data: { [name: string]: string }) => resource("kubernetes:core/v1:ConfigMap", "c", { data });
const alerts = (...rules: Json[]) =>
  resource("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "alerts", { spec: { groups: [{ rules }] } });
const podMetric = (name: string) => horizontalAutoscaler({ metrics: [{ type: "Pods", pods: { metric: { name } } }] });
const aibrix = (targetMetric: string) =>
  resource("kubernetes:autoscaling.aibrix.ai/v1alpha1:PodAutoscaler", "p", {
    spec: { metricsSources: [{ targetMetric }] },
  });
const annotated = (name: string) =>
  resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "h", { metadata: { annotations: { [name]: OLD } } });

const OLD = "vllm:gpu_cache_usage_perc";
const NEW = "vllm:kv_cache_usage_perc";

describe("removed-metrics", () => {
  it("says where, which and what took its place", async () => {
    assert.deepEqual(await messages(removedMetrics, query(`max(${OLD})`)), [
      `spec.triggers[0].metadata.query: query "max(${OLD})" reads ${OLD}, which vLLM no longer has: use ${NEW}`,
    ]);
  });

  const refused: Array<[string, PolicyInput]> = [
    ["an alert", alerts({ alert: "Swapped", expr: "vllm:num_requests_swapped > 0" })],
    ["a part of a histogram", alerts({ expr: "rate(vllm:time_per_output_token_seconds_bucket[5m])" })],
    ["a name between quotes", query(`max({__name__="${OLD}"})`)],
    ["both, of which one is asked for", query(`max(${OLD}) > 0.8 and max(${NEW}) > 0.8`)],
    ["an alternative to something else", query(`max(${OLD}) or vector(0)`)],
    ["an alternative elsewhere in the query", query(`(max(${NEW}) or vector(0)) + max(${OLD})`)],
    ["an adapter's metric of pods", podMetric("vllm_gpu_cache_usage_perc")],
    ["a metric of Google's monitoring", podMetric(`prometheus.googleapis.com|${OLD}|gauge`)],
    ["AIBrix' name without prefix", aibrix("gpu_cache_usage_perc")],
    ["an adapter's rule", configMap({ "config.yaml": `rules:\n- seriesQuery: '${OLD}'\n  name: {as: usage}\n` })],
    ["a dashboard", configMap({ "a.json": JSON.stringify({ panels: [{ targets: [{ expr: `avg(${OLD})` }] }] }) })],
    ["a line of a script", configMap({ "scale.sh": `#!/bin/sh\ncurl -s $URL | grep ${OLD}\n` })],
    ["chart values", resource("kubernetes:helm.sh/v3:Release", "p", { values: { a: { rules: [{ expr: OLD }] } } })],
    ["Datadog", resource("datadog:index/monitor:Monitor", "m", { query: "avg:vllm.gpu_cache_usage_perc{*} > 0.9" })],
    [
      "Amazon's rules",
      resource("aws:amp/ruleGroupNamespace:RuleGroupNamespace", "r", { data: `groups:\n- rules:\n  - expr: ${OLD}\n` }),
    ],
    ["a comment after the query", alerts({ expr: `max(${OLD}) # of "all" pods` })],
    ["an annotation that is a query", annotated("metric-config.external.cache.prometheus/query")],
    [
      "an argument",
      resource("kubernetes:core/v1:Pod", "e", { spec: { containers: [{ args: [`--kv-metric=${OLD}`] }] } }),
    ],
  ];
  for (const [what, input] of refused) {
    it(`refuses one in ${what}`, async () => assert.equal((await messages(removedMetrics, input)).length, 1));
  }

  const accepted: Array<[string, PolicyInput[]]> = [
    [
      "metrics that vLLM has",
      [scaledObject(), query(`max(${NEW}) + rate(vllm:request_time_per_output_token_seconds_sum[5m])`)],
    ],
    ["the new or the old one", [query(`max(${NEW} or ${OLD})`), query(`max(${OLD}) OR max(${NEW})`)]],
    ["either by an expression of names", [query(`max({__name__=~"${OLD}|${NEW}"})`)]],
    ["longer names", [query("team:vllm:gpu_cache_usage_perc:avg5m"), query("myvllm_gpu_cache_usage_perc")]],
    [
      "texts for people",
      [alerts({ expr: NEW, annotations: { summary: `was ${OLD}` } }), configMap({ "README.md": `not ${OLD}` })],
    ],
    [
      "relabelling",
      [
        resource("kubernetes:monitoring.coreos.com/v1:PodMonitor", "m", {
          spec: { r: [{ regex: OLD, action: "drop" }] },
        }),
      ],
    ],
    ["a comment in a query", [alerts({ expr: `max(${NEW}) > 0.9 # was ${OLD}` })]],
    ["an annotation that is a note", [annotated("example.com/note")]],
    ["the old name given to the new metric", [alerts({ record: OLD, expr: NEW }), query(`max(${OLD})`)]],
    ["a script that reads either", [configMap({ "a.py": `NEW = "${NEW}"\nOLD = "${OLD}"\n` })]],
    ["comments", [configMap({ "a.sh": `# ${OLD} is gone\necho ok\n` })]],
  ];
  for (const [what, inputs] of accepted) {
    it(`accepts ${what}`, async () => assert.deepEqual(await messages(removedMetrics, inputs), []));
  }

  it("lets the engine know of a query that is not known yet, and judges the others", async () => {
    const later = query(unknownStringValue);
    const notJudged: NotJudged[] = [];
    const inputs = [{ ...later, props: unknownCheckingProxy(later.props) }, query(OLD)];
    assert.equal((await runPolicies(inputs, [removedMetrics], {}, notJudged)).length, 1);
    assert.equal(notJudged.length, 1);
  });
});
