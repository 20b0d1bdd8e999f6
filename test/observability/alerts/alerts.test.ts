import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { alertsSchema } from "../../../components/contract/observability/alerts.js";
import { alertingRule, runbookFile } from "../../../components/observability/alerts/alert.js";
import { alertGroups, ALL_ALERTS, fleetAlertGroups } from "../../../components/observability/alerts/alerts.js";
import { INHIBITIONS } from "../../../components/observability/alerts/inhibitions.js";
import { ALERT_NAMES, ALERTS, type AlertDefaults, type AlertName } from "../../../components/vocabulary/alerts.js";
import { ALL_TESTS } from "./tests.js";
import { checkRules, needsPromtool, testRules } from "../../promtool.js";
import { PROJECT } from "../../tools/folders.js";
import type { Scope } from "../../../components/observability/promql.js";
import { always, ofRelease, R1, SCOPE, series, WITH_GATEWAY } from "./world.js";

const DEFAULTS = alertsSchema.parse({});
const LINKED = alertsSchema.parse({
  owner: "ml",
  runbooks: "https://wiki.example.com/runbooks/",
  dashboards: "https://grafana.example.com/",
});
const RUNBOOKS = join(PROJECT, "docs/runbooks");
const named = (name: AlertName) => ALL_ALERTS.find((alert) => alert.name === name)!;

describe("alerts", () => {
  it("are each named once, and all of the table are there, in its order", () => {
    assert.deepEqual(
      ALL_ALERTS.map(({ name }) => name),
      ALERT_NAMES,
    );
    for (const name of ALERT_NAMES) assert.match(name, /^Vllm[A-Z][A-Za-z]+$/);
  });

  it("have a threshold within its own range", () => {
    for (const { threshold } of Object.values<AlertDefaults>(ALERTS)) {
      if (threshold !== undefined) assert.ok(threshold.min <= threshold.value && threshold.value <= threshold.max);
    }
  });

  it("carry severity, owner, runbook and dashboard", () => {
    const [rule] = alertingRule(named("VllmKvCacheFull"), SCOPE, LINKED);
    assert.deepEqual(rule!.labels, { severity: "ticket", owner: "ml" });
    assert.equal(rule!.for, "300s");
    const { runbook_url, dashboard_url } = rule!.annotations;
    assert.equal(runbook_url, "https://wiki.example.com/runbooks/VllmKvCacheFull.md");
    assert.match(dashboard_url!, /^https:\/\/grafana\.example\.com\/d\/vllm-model-test\?var-stack=test\{\{ with /);
    for (const alert of ALL_ALERTS) {
      const [{ labels, annotations }] = alertingRule(alert, SCOPE, DEFAULTS) as [never] &
        ReturnType<typeof alertingRule>;
      assert.deepEqual(labels, { severity: ALERTS[alert.name].severity });
      assert.deepEqual(Object.keys(annotations), ["summary", "description", "runbook_url"]);
      assert.equal(annotations["runbook_url"], `docs/runbooks/${runbookFile(alert)}`);
    }
  });

  it("are changed by name, or turned off", () => {
    const config = alertsSchema.parse({
      change: {
        VllmKvCacheFull: { severity: "page", forSeconds: 60, threshold: 0.8 },
        VllmGpuIdle: "off",
        VllmPreemptions: false,
      },
    });
    const rules = alertGroups(SCOPE, config).flatMap((group) => group.rules);
    const alerts = rules.flatMap((rule) => ("alert" in rule ? [rule] : []));
    const changed = alerts.find(({ alert }) => alert === "VllmKvCacheFull")!;
    assert.deepEqual(changed.labels, { severity: "page" });
    assert.equal(changed.for, "60s");
    assert.ok(changed.expr.endsWith("> 0.8"));
    const off = ["VllmGpuIdle", "VllmPreemptions"];
    assert.deepEqual(
      alerts.map(({ alert }) => alert).filter((name) => off.includes(name)),
      [],
    );
  });

  it("read series of other namespaces in the rules of the fleet alone", () => {
    const fleet = fleetAlertGroups(SCOPE, DEFAULTS).flatMap(({ rules }) => rules.map(({ alert }) => alert));
    assert.deepEqual(fleet, ["VllmScalerFallback"]);
    for (const { rules } of alertGroups(SCOPE, DEFAULTS)) {
      for (const { expr } of rules) assert.ok(!expr.includes("exported_namespace"));
    }
  });

  it("of a gateway are there only where the stack has one", () => {
    const of = (scope: Scope) =>
      new Set(
        alertGroups(scope, DEFAULTS).flatMap(({ rules }) =>
          rules.flatMap((rule) => ("alert" in rule ? rule.alert : [])),
        ),
      );
    const own = ALL_ALERTS.filter(({ gateway }) => gateway).map(({ name }) => name);
    assert.equal(own.length, 9);
    assert.deepEqual(
      [...of(WITH_GATEWAY)].filter((name) => !of(SCOPE).has(name)),
      own,
    );
  });

  it("never divide by a number of series", () => {
    for (const { rules } of [...alertGroups(WITH_GATEWAY, DEFAULTS), ...fleetAlertGroups(SCOPE, DEFAULTS)]) {
      for (const { expr } of rules) assert.doesNotMatch(expr, /\/[^\n]*\bcount\b/);
    }
  });

  it("have each a test that fires it", () => {
    const missing = ALL_ALERTS.map(({ name }) => name).filter((name) => !ALL_TESTS.includes(`"${name}"`));
    assert.deepEqual(missing, []);
  });
});

describe("runbooks", () => {
  const HEADINGS = ["What it means", "What users feel", "What to look at", "The way back"];
  const files = new Set(ALL_ALERTS.map(runbookFile));

  it("are there for each alert, and for none that is not", () => {
    assert.deepEqual(readdirSync(RUNBOOKS).sort(), [...files].sort());
  });

  for (const file of files) {
    it(`${file} has its four parts`, () => {
      const text = readFileSync(join(RUNBOOKS, file), "utf8");
      assert.deepEqual(
        [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading),
        HEADINGS,
      );
      for (const part of text.split(/^## .*$/m).slice(1)) assert.ok(part.trim().length > 0);
    });
  }
});

describe("inhibitions", () => {
  it("let one of two alerts that page for a model say what it is", () => {
    const ofStack: readonly AlertName[] = ["VllmStateMissing", "VllmGatewayDown", "VllmQuotaServiceDown"];
    const ofModel = ALERT_NAMES.filter((name) => ALERTS[name].severity === "page" && !ofStack.includes(name));
    const told = (one: AlertName, other: AlertName): boolean =>
      INHIBITIONS.some(({ source, targets }) => source === one && targets.includes(other));
    for (const one of ofModel) {
      for (const other of ofModel) {
        if (one !== other) assert.ok(told(one, other) || told(other, one), `${one} and ${other}`);
      }
    }
  });

  it("keep no two alerts back by each other", () => {
    const reached = (from: AlertName, seen = new Set<AlertName>()): Set<AlertName> => {
      for (const { source, targets } of INHIBITIONS) {
        if (source !== from) continue;
        for (const target of targets) {
          if (seen.has(target)) continue;
          seen.add(target);
          reached(target, seen);
        }
      }
      return seen;
    };
    for (const { source } of INHIBITIONS) assert.ok(!reached(source).has(source), source);
  });

  it("are no stronger than the alert that they keep back", () => {
    for (const { source, targets } of INHIBITIONS) {
      if (ALERTS[source].severity === "page") continue;
      for (const target of targets) assert.equal(ALERTS[target].severity, "ticket", `${source} and ${target}`);
    }
  });
});

describe("the alerts' rules", () => {
  needsPromtool();

  it("pass promtool's check, the lint included", async () => {
    for (const config of [DEFAULTS, LINKED]) {
      await checkRules({ groups: [...alertGroups(WITH_GATEWAY, config), ...fleetAlertGroups(SCOPE, config)] });
    }
  });

  it("say in their texts what they are about, with links to it", async () => {
    const [rule] = alertingRule(named("VllmKvCacheFull"), SCOPE, LINKED);
    const labels = { ...ofRelease(), vllm_revision: R1.model.revision };
    await testRules({ groups: [{ name: "one", rules: [rule] }] }, [
      {
        interval: "30s",
        input_series: [series("release:vllm_kv_cache_usage:max", labels, always(0.95))],
        alert_rule_test: [
          {
            eval_time: "10m",
            alertname: "VllmKvCacheFull",
            exp_alerts: [
              {
                exp_labels: { ...ofRelease(), severity: "ticket", owner: "ml" },
                exp_annotations: {
                  summary: "chat/r1: the KV cache is nearly full",
                  description:
                    "The fullest replica has 95% of its KV cache in use (namespace models, GPU l4). Beyond it requests wait or are " +
                    "preempted.",
                  runbook_url: "https://wiki.example.com/runbooks/VllmKvCacheFull.md",
                  dashboard_url:
                    "https://grafana.example.com/d/vllm-model-test?var-stack=test&var-namespace=models&var-model=chat&var-release=r1",
                },
              },
            ],
          },
        ],
      },
    ]);
  });
});
