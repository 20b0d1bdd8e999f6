import assert from "node:assert/strict";
import { checkRules, needsPromtool, testRules } from "./promtool.js";

const rules = (expr: string) => ({
  groups: [{ name: "chat", rules: [{ alert: "Full", expr, for: "2m", labels: { severity: "page" } }] }],
});
const input_series = [{ series: 'used{pod="a"}', values: "0.5 0.9x5" }];

describe("Prometheus' own check of rules", () => {
  needsPromtool();

  it("takes rules that are right, as text or as an object", async () => {
    await checkRules(rules("used > 0.8"));
    await checkRules(JSON.stringify(rules("used > 0.8")));
  });

  it("says what is wrong with an expression, and where", async () => {
    await assert.rejects(checkRules(rules("sum(used")), /promtool check rules [^]*unclosed left parenthesis/);
  });

  it("fails for what its lint finds", async () => {
    const twice = {
      groups: [{ name: "chat", rules: [...rules("used").groups[0]!.rules, ...rules("used").groups[0]!.rules] }],
    };
    await assert.rejects(checkRules(twice), /duplicate rule/);
  });

  it("runs tests on series over time, and says what came in place of what is wanted", async () => {
    const fires = (time: string, alerts: object[]) => ({
      input_series,
      alert_rule_test: [{ eval_time: time, alertname: "Full", exp_alerts: alerts }],
    });
    const firing = [{ exp_labels: { severity: "page", pod: "a" } }];
    await testRules(rules("used > 0.8"), [fires("2m", []), fires("4m", firing)]);
    await assert.rejects(testRules(rules("used > 0.8"), [fires("2m", firing)]), /FAILED:[^]*alertname: Full, time: 2m/);
  });
});
