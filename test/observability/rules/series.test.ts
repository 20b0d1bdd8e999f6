/** Every series a release is there, from what real servers have answered, and from the series of the programs around them. */
import { contractGroup } from "../../../components/observability/rules/contracts.js";
import { seriesGroups } from "../../../components/observability/rules/series/series.js";
import { RELEASE } from "../../../components/vocabulary/metrics/recorded.js";
import { recorded, RECORDED_VERSIONS } from "../../promql/catalogue.js";
import { type InputSeries, needsPromtool, testRules } from "../../promtool.js";
import { COMMIT, servedModel } from "../../serving/fixtures.js";

const SCOPE = { namespace: "models", stack: "prod" };
const RULES = { groups: [contractGroup(servedModel(), SCOPE), ...seriesGroups(SCOPE)] };
const TARGET = `namespace="models",pod="a",instance="a:8000",vllm_stack="prod",vllm_model="chat",vllm_release="r1",vllm_revision="${COMMIT}",vllm_class="interactive",vllm_gpu="l4"`;
const POD = 'namespace="models",pod="a"';
const OF_GPU = `${POD},UUID="GPU-1",container="vllm"`;

function scraped(version: (typeof RECORDED_VERSIONS)[number]): InputSeries[] {
  return [...recorded(version)].flatMap(([name, series]) =>
    series
      .filter(() => /^vllm:|^http_requests|^process_start/.test(name))
      .map(({ labels, value, type }) => ({
        series: `${name}{${[TARGET, ...Object.entries(labels).map(([label, text]) => `${label}="${text}"`)].join(",")}}`,
        values: `${value}${type === "gauge" ? "+0" : "+60"}x40`,
      })),
  );
}

const AROUND: InputSeries[] = [
  [`up{${TARGET}}`, 1],
  [
    `kube_pod_labels{${POD},label_app_kubernetes_io_part_of="prod",label_app_kubernetes_io_instance="chat",label_app_kubernetes_io_component="runtime",label_pulumi_vllm_dev_release="r1",label_pulumi_vllm_dev_revision="${COMMIT}",label_pulumi_vllm_dev_class="interactive",label_pulumi_vllm_dev_gpu="l4"}`,
    1,
  ],
  [`kube_pod_info{${POD},node="n"}`, 1],
  ...["spec_replicas", "status_replicas_ready", "status_replicas_updated"].map(
    (name) => [`kube_deployment_${name}{namespace="models",deployment="chat-r1"}`, 1] as const,
  ),
  [`kube_pod_container_status_restarts_total{${POD},container="vllm"}`, 0],
  [`DCGM_FI_DEV_GPU_UTIL{${OF_GPU}}`, 50],
  [`DCGM_FI_DEV_FB_USED{${OF_GPU}}`, 20_000],
  [`DCGM_FI_DEV_FB_FREE{${OF_GPU}}`, 4_000],
].map(([series, value]) => ({ series: String(series), values: `${value}x40` }));

describe("the series a release", () => {
  needsPromtool();

  for (const version of RECORDED_VERSIONS) {
    // vLLM counts refusals from 0.32 on.
    const names = Object.values(RELEASE).filter((name) => name !== RELEASE.refusals || version === "0.32.0");

    it(`are all there with vLLM ${version}`, async () => {
      await testRules(RULES, [
        {
          interval: "15s",
          input_series: [...scraped(version), ...AROUND],
          promql_expr_test: names.map((name) => ({
            expr: `count(${name}{vllm_model="chat",vllm_release="r1",vllm_revision="${COMMIT}"}) > bool 0`,
            eval_time: "9m",
            exp_samples: [{ labels: "{}", value: 1 }],
          })),
        },
      ]);
    });
  }
});
