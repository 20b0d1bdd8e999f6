/**
 * Prometheus' own check of rules, and its runner of their tests: `promtool check rules` and `promtool test rules`
 * (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/).
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { binaryPaths, build } from "../tools/local/build.js";
import { foldersOf } from "../tools/local/folders.js";
import { PROJECT } from "./tools/folders.js";

/** A file of rules: the text, or the `spec` of a PrometheusRule. */
export type Rules = string | { groups: readonly unknown[] };

/** A series that a test feeds: its samples in promtool's notation, such as `0+10x30` (0, 10, … 300). */
export interface InputSeries {
  series: string;
  values: string;
}

/** What an alert has to be at a time; none in `exp_alerts`: it does not fire. */
export interface AlertTest {
  eval_time: string;
  alertname: string;
  exp_alerts?: { exp_labels?: Record<string, string>; exp_annotations?: Record<string, string> }[];
}

/** What an expression has to give at a time. */
export interface ExpressionTest {
  expr: string;
  eval_time: string;
  exp_samples?: { labels?: string; value: number; histogram?: string }[];
}

/** One test: series from time 0, a sample each `interval`, and what comes of them. */
export interface RuleTest {
  name?: string;
  /** @default "1m" */
  interval?: string;
  input_series: InputSeries[];
  alert_rule_test?: AlertTest[];
  promql_expr_test?: ExpressionTest[];
  external_labels?: Record<string, string>;
}

/** A cold build of Prometheus' modules on two cores takes 5 minutes. */
const BUILD_MS = 900_000;

const BIN = foldersOf(PROJECT).bin;
const { promtool: PROMTOOL } = binaryPaths(BIN, ["promtool"]);

/** Skips the tests of a suite where promtool is not built; CI builds it. */
export function needsPromtool(): void {
  before(async function () {
    if (existsSync(PROMTOOL)) return;
    if (!process.env["CI"]) {
      console.log("      skipped: promtool is missing: npm run local -- build promtool");
      this.skip();
    }
    this.timeout(BUILD_MS);
    await build(BIN, (line) => console.log(`      ${line}`), ["promtool"]);
  });
}

/** @throws Error with what promtool prints when the rules are not right, the lint included */
export async function checkRules(rules: Rules): Promise<void> {
  await run({ "rules.yml": text(rules) }, ["check", "rules", "--lint=all", "--lint-fatal", "rules.yml"]);
}

/**
 * Runs tests of rules.
 *
 * @param rules a file, or several, of which each may have groups of the same names
 * @param evaluationInterval how often the rules are evaluated
 * @throws Error with what promtool prints when one fails
 */
export async function testRules(
  rules: Rules | readonly Rules[],
  tests: readonly RuleTest[],
  evaluationInterval = "1m",
): Promise<void> {
  const files = new Map([rules].flat().map((one: Rules, index) => [`rules-${index}.yml`, text(one)]));
  const file = {
    rule_files: [...files.keys()],
    evaluation_interval: evaluationInterval,
    // By chance otherwise, and what a group reads of another would be of this evaluation or of the last.
    group_eval_order: [...new Set([rules].flat().flatMap(groupNames))],
    tests: tests.map((test) => ({ interval: "1m", ...test })),
  };
  const written = { ...Object.fromEntries(files), "tests.yml": stringify(file, { lineWidth: 0 }) };
  await run(written, ["test", "rules", "tests.yml"]);
}

function groupNames(rules: Rules): string[] {
  const { groups } = typeof rules === "string" ? (parse(rules) as { groups: readonly unknown[] }) : rules;
  return groups.map((group) => (group as { name: string }).name);
}

function text(rules: Rules): string {
  return typeof rules === "string" ? rules : stringify(rules, { lineWidth: 0, aliasDuplicateObjects: false });
}

async function run(files: Record<string, string>, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-promtool-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    await promisify(execFile)(PROMTOOL, args, { cwd: folder, maxBuffer: 1e8 });
  } catch (thrown) {
    const { stdout, stderr } = thrown as { stdout?: string; stderr?: string };
    if (stdout === undefined) throw thrown;
    throw new Error(`promtool ${args.join(" ")}\n${stdout}${stderr ?? ""}`, { cause: thrown });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
