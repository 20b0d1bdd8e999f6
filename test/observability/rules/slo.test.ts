/** Service levels as Prometheus computes them, run by promtool. */
import assert from "node:assert/strict";

import { alertsSchema } from "../../../components/contract/observability/alerts.js";
import { alertGroups } from "../../../components/observability/alerts/alerts.js";
import type { Scope } from "../../../components/observability/promql.js";
import { gatewayGroups } from "../../../components/observability/rules/gateway.js";
import { sloGroups } from "../../../components/observability/rules/slo/slo.js";
import { seriesGroups } from "../../../components/observability/rules/series/series.js";
import type { InputSeries, RuleTest } from "../../promtool.js";
import { checkRules, needsPromtool, testRules } from "../../promtool.js";
import { COMMIT, servedModel } from "../../serving/fixtures.js";

const SCOPE = { namespace: "models", stack: "prod" };
const MODEL = servedModel({
  slo: { ttft: { seconds: 1, target: 0.99 }, interTokenLatency: { seconds: 0.1, target: 0.95 }, availability: 0.999 },
});
const BURNS = ["VllmSloBurnFast", "VllmSloBurnSlow", "VllmSloBurnSteady"] as const;

const ALERTS = alertGroups(SCOPE, alertsSchema.parse({})).filter(({ name }) => name === "vllm-alerts-serviceLevels");
const RECORDED = [...seriesGroups(SCOPE), ...sloGroups([MODEL], SCOPE)];
/** promtool compares texts, too, and these are not what is tested here. */
const QUIET = ALERTS.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, annotations: {} })) }));
const RULES = { groups: [...RECORDED, ...QUIET] };

const OF_RELEASE = `namespace="models",vllm_stack="prod",vllm_model="chat",vllm_release="r1",vllm_revision="${COMMIT}",vllm_class="interactive",vllm_gpu="l4"`;
const OF_MODEL = 'namespace="models", vllm_class="interactive", vllm_model="chat", vllm_stack="prod"';

function scraped(name: string, values: string, labels = "", pod = "a"): InputSeries {
  return {
    series: `${name}{${OF_RELEASE},pod="${pod}",instance="${pod}:8000"${labels && `,${labels}`}}`,
    values,
  };
}

function posted(status: string, values: string, pod = "a"): InputSeries {
  return scraped("http_requests_total", values, `method="POST",handler="/v1/completions",status="${status}"`, pod);
}

/** A histogram of requests of which `late` of ten were within 2.5 s and no sooner. @param values of all, a minute */
function firstTokens(late: number, minutes: number, requests = 10): InputSeries[] {
  const bucket = (le: string, each: number): InputSeries =>
    scraped(
      "vllm:time_to_first_token_seconds_bucket",
      `0+${each}x${minutes}`,
      `engine="0",model_name="chat",le="${le}"`,
    );
  const soon = (requests * (10 - late)) / 10;
  return [bucket("0.5", soon), bucket("1.0", soon), bucket("2.5", requests), bucket("+Inf", requests)];
}

const roundTo = (expr: string): string => `round(${expr}, 0.0001)`;

function value(expr: string, at: string, labels: string, of: number) {
  return { expr: roundTo(expr), eval_time: at, exp_samples: [{ labels: `{${labels}}`, value: of }] };
}

const LABELS = (slo: string): string => `${OF_MODEL}, slo="${slo}"`;
const ofSlo = (record: string, slo: string): string => `${record}{slo="${slo}"}`;

describe("service levels", () => {
  needsPromtool();

  it("are rules that promtool accepts", async () => {
    await checkRules({ groups: [...RECORDED, ...ALERTS] });
  });

  describe("of a stack with a gateway", () => {
    const OF_GATEWAY: Scope = { ...SCOPE, gateway: { namespace: "gateways", tenants: {} } };
    const GROUPS = [...seriesGroups(OF_GATEWAY), ...gatewayGroups(OF_GATEWAY), ...sloGroups([MODEL], OF_GATEWAY)];
    const atGateway = (outcome: string, values: string): InputSeries => ({
      series: `envoy_vllm_gateway_requests{namespace="gateways",vllm_stack="prod",pod="p",instance="p",tenant="acme",vllm_model="chat",vllm_class="interactive",vllm_release="r1",outcome="${outcome}",code="0"}`,
      values,
    });
    const availability = ofSlo("model:vllm_slo_errors:ratio_rate1h", "availability");

    it("is accepted by promtool", async () => {
      await checkRules({ groups: GROUPS });
    });

    it("counts requests of a time in which no server is there, and none that the client has to mend", async () => {
      const input_series = [
        atGateway("ok", "0+9x75"),
        atGateway("busy", "0+1x75"),
        atGateway("validation", "0+10x75"),
        atGateway("quota", "0+10x75"),
      ];
      const promql_expr_test = [value(availability, "70m", LABELS("availability"), 0.1)];
      await testRules({ groups: GROUPS }, [{ interval: "1m", input_series, promql_expr_test }]);
    });

    it("goes by the servers until the gateway has answered a request", async () => {
      const input_series = [posted("2xx", "0+8x75"), posted("5xx", "0+2x75"), scraped("up", "1x75")];
      const promql_expr_test = [value(availability, "70m", LABELS("availability"), 0.2)];
      await testRules({ groups: GROUPS }, [{ interval: "1m", input_series, promql_expr_test }]);
    });
  });

  it("count a first token on the edge as good, and spend the budget by what is beyond", async () => {
    const test: RuleTest = {
      interval: "1m",
      input_series: [...firstTokens(2, 75), posted("2xx", "0+10x75"), scraped("up", "1x75")],
      promql_expr_test: [
        value(ofSlo("model:vllm_slo_requests:rate5m", "ttft"), "70m", LABELS("ttft"), 0.1667),
        value(ofSlo("model:vllm_slo_good:rate5m", "ttft"), "70m", LABELS("ttft"), 0.1333),
        value(ofSlo("model:vllm_slo_errors:ratio_rate1h", "ttft"), "70m", LABELS("ttft"), 0.2),
        value(ofSlo("model:vllm_slo_errors:ratio_rate6h", "ttft"), "70m", LABELS("ttft"), 0.2),
        value(ofSlo("model:vllm_slo_errors:ratio_rate30d", "ttft"), "70m", LABELS("ttft"), 0.2),
        value(ofSlo("model:vllm_slo_budget_left:ratio30d", "ttft"), "70m", LABELS("ttft"), -19),
        value(ofSlo("model:vllm_slo_errors:ratio_rate1h", "availability"), "70m", LABELS("availability"), 0),
      ],
      alert_rule_test: [
        firing("VllmSloBurnFast", "70m", "page", ["ttft"]),
        firing("VllmSloBurnSlow", "70m", "page", ["ttft"]),
        firing("VllmSloBurnSteady", "70m", "ticket", ["ttft"]),
      ],
    };
    await testRules(RULES, [test], "1m");
  });

  it("are met, and quiet, where exactly the share that may be late is late", async () => {
    const series = [...firstTokens(0.1, 75, 100), posted("2xx", "0+100x75"), scraped("up", "1x75")];
    await testRules(RULES, [{ interval: "1m", input_series: series, alert_rule_test: silent("70m") }], "1m");
  });

  it("are 0 errors without traffic, without a pod, and before there is any series", async () => {
    const ofNone = (at: string) =>
      ["ttft", "itl", "availability"].map((slo) =>
        value(ofSlo("model:vllm_slo_errors:ratio_rate1h", slo), at, LABELS(slo), 0),
      );
    const idle = [posted("2xx", "5x75"), posted("5xx", "5x75"), scraped("up", "1x75"), ...firstTokens(0, 75, 0)];
    const left = value(ofSlo("model:vllm_slo_budget_left:ratio30d", "ttft"), "70m", LABELS("ttft"), 1);
    const quiet = { promql_expr_test: [...ofNone("70m"), left], alert_rule_test: silent("70m") };
    await testRules(
      RULES,
      [
        { interval: "1m", input_series: idle, ...quiet },
        { interval: "1m", input_series: [], ...quiet },
      ],
      "1m",
    );
  });

  it("wake nobody for a few bad requests at night", async () => {
    // Nine or eighteen in an hour, and no others.
    const bad = (each: number): InputSeries[] => {
      const steps = Array.from({ length: 9 }, (_, index) => `${(index + 1) * each}x3`);
      return [scraped("up", "1x75"), posted("5xx", ["0x34", ...steps, `${9 * each}x5`].join(" "))];
    };
    const at = "70m";
    const all = value(ofSlo("model:vllm_slo_errors:ratio_rate1h", "availability"), at, LABELS("availability"), 1);
    const alertname = "VllmSloBurnFast";
    await testRules(
      RULES,
      [
        {
          input_series: bad(1),
          promql_expr_test: [all],
          alert_rule_test: [{ eval_time: at, alertname, exp_alerts: [] }],
        },
        { input_series: bad(2), alert_rule_test: [firing(alertname, at, "page", ["availability"])] },
      ],
      "30s",
    );
  });

  it("fire by both windows, and from ten bad requests on, whatever the rate", async () => {
    const series = (name: string, of: number): InputSeries => ({
      series: `${name}{namespace="models",vllm_stack="prod",vllm_model="chat",vllm_class="interactive",slo="ttft"}`,
      values: `${of}x130`,
    });
    const objective = {
      series:
        'vllm_slo_objective{namespace="models",vllm_stack="prod",vllm_model="chat",vllm_class="interactive",slo="ttft",le="1.0"}',
      values: "0.99x130",
    };
    const at = "2h";
    const rates = [
      ["VllmSloBurnFast", "page", 0.144, "1h", "5m"],
      ["VllmSloBurnSlow", "page", 0.06, "6h", "30m"],
      ["VllmSloBurnSteady", "ticket", 0.01, "3d", "6h"],
    ] as const;
    const tests = rates.flatMap(([alertname, severity, share, window, short]) => {
      const of = (long: number, brief: number, bad: number): InputSeries[] => [
        objective,
        series(`model:vllm_slo_errors:ratio_rate${window}`, long),
        series(`model:vllm_slo_errors:ratio_rate${short}`, brief),
        series(`model:vllm_slo_bad_requests:increase${window}`, bad),
      ];
      const [more, less] = [share + 0.001, share - 0.001];
      const quiet = [of(less, more, 10), of(more, less, 10), of(more, more, 9.9), of(more, more, 10).slice(1)];
      return [
        { input_series: of(more, more, 10), alert_rule_test: [firing(alertname, at, severity, ["ttft"])] },
        ...quiet.map((given) => ({
          input_series: given,
          alert_rule_test: [{ eval_time: at, alertname, exp_alerts: [] }],
        })),
      ];
    });
    await testRules({ groups: QUIET }, tests);
  });

  it("count requests that are refused, and those that end in an error after they began", async () => {
    const series = [
      posted("2xx", "0+80x75"),
      posted("4xx", "0+10x75"),
      posted("5xx", "0+10x75"),
      scraped("vllm:request_success_total", "0+5x75", 'engine="0",model_name="chat",finished_reason="error"'),
      scraped("up", "1x75"),
    ];
    await testRules(
      RULES,
      [
        {
          interval: "1m",
          input_series: series,
          promql_expr_test: [
            value(ofSlo("model:vllm_slo_errors:ratio_rate30m", "availability"), "70m", LABELS("availability"), 0.15),
          ],
          alert_rule_test: [firing("VllmSloBurnFast", "70m", "page", ["availability"])],
        },
      ],
      "1m",
    );
  });

  it("see a burst of refusals that begins a series, and no old series that Prometheus missed", async () => {
    const burst = [
      posted("2xx", "0+10x60"),
      // It has none until the first refusal, and then 60 at once.
      posted("5xx", "_x30 60x30"),
      scraped("up", "1x60"),
    ];
    const away = [
      // Prometheus was away for half an hour, and finds what was counted meanwhile.
      posted("2xx", "0+10x10 _x30 400+10x20"),
      posted("5xx", "100x10 _x30 500x20"),
      scraped("up", "1x10 _x30 1x20"),
      scraped("process_start_time_seconds", "0x10 _x30 0x20"),
    ];
    const http = 'sum(release:vllm_http_requests:rate5m{status="5xx"}) * 300';
    await testRules(
      RULES,
      [
        {
          interval: "1m",
          input_series: burst,
          promql_expr_test: [
            { expr: roundTo(http), eval_time: "32m", exp_samples: [{ labels: "{}", value: 60 }] },
            { expr: roundTo(http), eval_time: "45m", exp_samples: [{ labels: "{}", value: 0 }] },
          ],
        },
        {
          interval: "1m",
          input_series: away,
          promql_expr_test: [{ expr: roundTo(http), eval_time: "43m", exp_samples: [{ labels: "{}", value: 0 }] }],
        },
      ],
      "1m",
    );
  });

  it("are none where no model states any", () => {
    assert.deepEqual(sloGroups([servedModel()], SCOPE), []);
  });
});

function firing(alertname: string, at: string, severity: string, slos: string[]) {
  return {
    eval_time: at,
    alertname,
    exp_alerts: slos.map((slo) => ({
      exp_labels: {
        severity,
        slo,
        namespace: "models",
        vllm_stack: "prod",
        vllm_model: "chat",
        vllm_class: "interactive",
      },
    })),
  };
}

function silent(at: string) {
  return BURNS.map((alertname) => ({ eval_time: at, alertname, exp_alerts: [] }));
}
