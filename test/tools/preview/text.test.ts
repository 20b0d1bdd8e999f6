import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";

import { warning } from "../../../components/config/problems.js";
import type { Violation } from "../../../tools/policyRunner.js";
import type { StackReport } from "../../../tools/preview/report.js";
import { plainTable } from "../../../tools/preview/table.js";
import { costRange, usd } from "../../../tools/preview/money.js";
import { stackText } from "../../../tools/preview/text.js";
import { COMMIT, IMAGE, releaseConfig } from "../../serving/fixtures.js";
import { clusterValues, onDay, TODAY } from "../../cluster/fixtures.js";
import type { Config } from "../../serving/fixtures.js";
import { reportOf, WITH_SECRETS } from "../reports.js";

const linesOf = (report: StackReport): string[] => stripVTControlCharacters(stackText(report)).split("\n");

/** The lines below a title, up to the next empty line. */
function section(report: StackReport, title: string): string[] {
  const lines = linesOf(report);
  const start = lines.findIndex((line) => line.startsWith(title)) + 1;
  return lines.slice(start, lines.indexOf("", start) < 0 ? undefined : lines.indexOf("", start));
}

const VIOLATION: Violation = {
  rule: "a-rule",
  level: "mandatory",
  severity: "high",
  resource: "chat-r1",
  urn: "urn:x",
  type: "t",
  message: "set it to 1",
  description: "d",
};

/** A reason that would forge lines, end a code fence, give a command to a CI system and colour a terminal. */
const HOSTILE = "fine\n```\n::error::forged\n##[error]forged\u001b[31m\u009b2J\u202e";

describe("stackText", () => {
  it("prints what a reason holds, and does nothing of it", async () => {
    const releases = { r1: { flags: { "enable-prefix-caching": { value: true, reason: "fine" } } } };
    const report = await reportOf({ models: { chat: { releases } } });
    // A contract takes line ends and fences, and nothing invisible; the print has to bear all of it.
    report.releases[0]!.reasons["enable-prefix-caching"] = HOSTILE;
    const harmless = stackText(report).split("\n").length;
    report.violations = [{ ...VIOLATION, message: HOSTILE }];
    report.warnings = [warning(HOSTILE, HOSTILE)];
    const lines = stackText(report).split("\n");
    assert.equal(lines.length, harmless + 5);
    // Colours of our own are off in tests.
    for (const line of lines) assert.doesNotMatch(line, /^\s*(```|::)|##\[|[\p{Cc}\p{Cf}]/u);
    assert.ok(
      lines.includes(
        "    enable-prefix-caching: fine\\n```\\n::error::forged\\n#\\#[error]forged\\u001b[31m\\u009b2J\\u202e",
      ),
    );
  });

  it("shows every model's release in one line", async () => {
    const chat = { autoscaling: { min: 1, max: 3 }, releases: { r2: releaseConfig({ context: 4096 }) } };
    const report = await reportOf({ models: { chat } });
    const [head, first, second, total, ...rest] = section(report, "Models").map((line) => line.replace(/ +/g, " "));
    assert.equal(head, "MODEL RELEASE CLASS WEIGHTS GPU GIB A GPU CONTEXT × FITS REPLICAS $/HOUR");
    const { fit } = report.releases[0]!;
    const memory = `15.3 + ${fit.kvCacheGiB.toFixed(1)}`;
    const fits = (requests: number): string => String(Math.floor(requests * 10) / 10);
    assert.equal(
      first,
      `chat r1 ◀ interactive Qwen/Qwen3-8B@b968826d 1 × l4 ${memory} 8192 × ${fits(fit.fullLengthRequests)} 1–3 $0.80–$2.41`,
    );
    assert.match(
      second!,
      /^chat r2 interactive Qwen\/Qwen3-8B@b968826d 1 × l4 15\.3 \+ .* 4096 × .* 1–3 \$0\.80–\$2\.41$/,
    );
    assert.equal(total, "All models: $1.61–$4.83 an hour, $1,175–$3,525 a month");
    assert.deepEqual(rest, []);
  });

  it("says that a price is unknown, and what the sum leaves out", async () => {
    const report = await reportOf();
    const { hourlyUsd: _, ...unpriced } = report.releases[0]!;
    const lines = linesOf({ ...report, releases: [unpriced], hourlyUsd: { minUsd: 0, maxUsd: 0 } });
    assert.ok(lines.some((line) => line.startsWith("chat") && line.trimEnd().endsWith("unknown")));
    assert.ok(lines.includes("Price of the machines unknown, not counted: chat-r1"));
  });

  it("shows the tree of what is registered, components before objects", async () => {
    const tree = section(await reportOf(), "Resources (");
    assert.deepEqual(tree, [
      "Stack vllm-test",
      "├─ Observability observability",
      "│  ├─ core/v1 ConfigMap observability-vllm-batch-test",
      "│  ├─ core/v1 ConfigMap observability-vllm-cost-test",
      "│  ├─ core/v1 ConfigMap observability-vllm-fleet-test",
      "│  ├─ core/v1 ConfigMap observability-vllm-gpu-test",
      "│  ├─ core/v1 ConfigMap observability-vllm-model-test",
      "│  ├─ core/v1 ConfigMap observability-vllm-tenants-test",
      "│  ├─ monitoring.coreos.com/v1 PrometheusRule observability-chat.contract",
      "│  ├─ monitoring.coreos.com/v1 PrometheusRule observability-test.alerts",
      "│  ├─ monitoring.coreos.com/v1 PrometheusRule observability-test.cost",
      "│  ├─ monitoring.coreos.com/v1 PrometheusRule observability-test.fleet",
      "│  └─ monitoring.coreos.com/v1 PrometheusRule observability-test.series",
      "├─ ModelServing chat",
      "│  ├─ ApiKey chat",
      "│  │  ├─ core/v1 Secret chat-api-key (secret values not shown)",
      "│  │  └─ random RandomPassword chat",
      "│  ├─ VllmRuntime chat-r1",
      "│  │  ├─ apps/v1 Deployment chat-r1",
      "│  │  ├─ core/v1 Service chat-r1",
      "│  │  ├─ core/v1 ServiceAccount chat-r1",
      "│  │  ├─ monitoring.coreos.com/v1 PodMonitor chat-r1",
      "│  │  ├─ monitoring.coreos.com/v1 PrometheusRule chat-r1",
      "│  │  ├─ networking.k8s.io/v1 NetworkPolicy chat-r1",
      "│  │  └─ policy/v1 PodDisruptionBudget chat-r1",
      "│  └─ core/v1 Service chat",
      "├─ TrafficPriorities priorities",
      "│  ├─ scheduling.k8s.io/v1 PriorityClass priorities-batch",
      "│  ├─ scheduling.k8s.io/v1 PriorityClass priorities-experimental",
      "│  ├─ scheduling.k8s.io/v1 PriorityClass priorities-interactive",
      "│  └─ scheduling.k8s.io/v1 PriorityClass priorities-spare",
      "├─ core/v1 Namespace namespace",
      "└─ provider kubernetes cluster",
    ]);
    assert.ok(linesOf(await reportOf()).includes("Resources (27, in 6 components)"));
  });

  it("shows the contract: image, arguments, and the reason of each flag", async () => {
    const flags = { "enable-prefix-caching": { value: true, reason: "shared prompt" } };
    const report = await reportOf({ models: { chat: { releases: { r1: { flags } } } } });
    const [title, image, command, reason] = section(report, "Contracts");
    assert.equal(title, `  chat-r1 contract ${report.releases[0]!.contractHash}`);
    assert.equal(image, `    ${IMAGE}`);
    assert.ok(command!.startsWith(`    vllm serve Qwen/Qwen3-8B --revision=${COMMIT} `));
    assert.ok(command!.endsWith(" --port=8000 --enable-prefix-caching"));
    assert.equal(reason, "    enable-prefix-caching: shared prompt");
  });

  it("shows violations with level, rule, resource and the fix, and where the levels are from", async () => {
    const advisory: Violation = { ...VIOLATION, level: "advisory", rule: "b-rule" };
    const report = { ...(await reportOf()), violations: [VIOLATION, advisory], policyConfig: "policies/config/x.json" };
    assert.deepEqual(linesOf(report).slice(-5), [
      "Policies: 1 mandatory and 1 advisory violation (policies/config/x.json)",
      "  mandatory a-rule chat-r1",
      "    set it to 1",
      "  advisory b-rule chat-r1",
      "    set it to 1",
    ]);
    assert.equal(linesOf(await reportOf()).at(-1), "Policies: none broken (each rule's own levels)");
  });

  it("shows warnings only when there are some", async () => {
    const report = await reportOf();
    assert.ok(!linesOf(report).includes("Warnings"));
    assert.deepEqual(section({ ...report, warnings: [warning("vllm:a", "is odd")] }, "Warnings"), ["  vllm:a: is odd"]);
  });

  it("shows no secret, and says where there is one", async () => {
    const report = await reportOf(WITH_SECRETS);
    assert.doesNotMatch(stackText(report) + JSON.stringify(report), /s3cret/);
    const marked = linesOf(report).filter((line) => line.endsWith("(secret values not shown)"));
    assert.deepEqual(
      marked.map((line) => line.replace(/^[│├└─ ]+/, "")),
      [
        "core/v1 Secret chat-api-key (secret values not shown)",
        "core/v1 Secret hugging-face (secret values not shown)",
        "provider kubernetes cluster (secret values not shown)",
      ],
    );
  });
});

describe("stackText of a cluster to build", () => {
  const built = (changes: Config): Promise<StackReport> =>
    onDay(TODAY, () => reportOf({ cluster: { existing: undefined, ...clusterValues(changes) } }));

  it("shows what each part of the cluster costs, and the whole", async () => {
    const report = await built({
      network: { interfaceEndpoints: ["ecr.api", "sts"] },
      systemNodes: { instanceTypes: ["m7i.large", "m6i.large"] },
      gpuNodes: { "inference-l4": { min: 1 } },
    });
    const lines = linesOf(report);
    const start = lines.findIndex((line) => line.startsWith("All models: "));
    assert.deepEqual(lines.slice(start + 1), [
      "",
      "Cluster  the models' cost is a share of its GPU nodes; $ on demand, us-east-1, without traffic",
      "ITEM                 COUNT       $/HOUR",
      "control plane            1        $0.10",
      "NAT gateways             3        $0.15",
      "interface endpoints      6        $0.06",
      // A node's disk of 50 GiB is $0.0329 an hour, of 100 GiB $0.0384.
      "nodes system           3–5  $0.40–$0.70",
      "nodes inference-l4     1–4  $0.99–$3.95",
      "nodes batch-l4         0–6  $0.00–$8.01  spot: at most this, by AWS down to 10 % of it",
      // $1.7126 and $13.2115, by 730 hours.
      "Whole cluster: $1.70–$12.96 an hour, $1,242–$9,464 a month",
      "",
      "Policies: none broken (each rule's own levels)",
    ]);
  });

  it("names what it has no price of, below the sum of the rest", async () => {
    const report = await built({ systemNodes: { instanceTypes: ["m8i.large", "c7i.large"] } });
    assert.deepEqual(section(report, "Cluster  "), [
      "ITEM                COUNT       $/HOUR",
      "control plane           1        $0.10",
      "NAT gateways            3        $0.15",
      "nodes inference-l4    0–4  $0.00–$3.95",
      "nodes batch-l4        0–6  $0.00–$8.01  spot: at most this, by AWS down to 10 % of it",
      "Whole cluster: $0.25–$12.21 an hour, $183–$8,913 a month",
      "Without a price, not counted: m8i.large, c7i.large",
    ]);
  });

  it("shows one price where nothing varies", async () => {
    const fixed = { min: 2, max: 2 };
    const report = await built({ systemNodes: fixed, gpuNodes: { "inference-l4": fixed, "batch-l4": undefined } });
    // 0.1 + 0.15 + 2 × (0.1008 + 0.032877) + 2 × (0.9776 + 0.038356) = 2.5493, by 730 hours.
    assert.deepEqual(section(report, "Cluster  ").slice(-3), [
      "nodes system            2   $0.28",
      "nodes inference-l4      2   $1.98",
      "Whole cluster: $2.51 an hour, $1,829 a month",
    ]);
  });

  it("says nothing about an existing cluster", async () => {
    assert.ok(!linesOf(await reportOf()).some((line) => /^Cluster|Whole cluster/.test(line)));
  });
});

describe("plainTable", () => {
  it("aligns columns without lines, and leaves no blanks at the ends", () => {
    assert.equal(
      stripVTControlCharacters(
        plainTable(
          ["NAME", "$"],
          [
            ["a", "1.00"],
            ["longer", "22.00"],
          ],
          [1],
        ),
      ),
      ["NAME        $", "a        1.00", "longer  22.00"].join("\n"),
    );
  });
});

describe("costRange", () => {
  it("shows one price where the bounds are the same", () => {
    assert.equal(usd(0.8048), "$0.80");
    assert.equal(costRange({ minUsd: 1, maxUsd: 1 }), "$1.00");
    assert.equal(costRange({ minUsd: 1, maxUsd: 2.5 }), "$1.00–$2.50");
  });
});
