import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { EngineProgram, hasPulumi, type Result } from "./project.js";

/** Who has no plugin for Pulumi's YAML sees its part skipped. */
const RUNTIMES = ["node", "yaml"] as const;

function hasRuntime(name: (typeof RUNTIMES)[number]): boolean {
  return hasPulumi() && (name === "node" || spawnSync("pulumi-language-yaml", ["-help"]).error === undefined);
}

const WITH = (levels: string): string[] => ["--policy-pack", "policies", "--policy-pack-config", levels];

/** What the policies say, as `level rule resource`; what a preview could not judge has the level `later`. */
function findings({ stdout }: Result): Set<string> {
  const lines = stdout.split("\n");
  const said = lines.flatMap((line, index) => {
    const found = /- \[(?<level>\w+)\].*?\]\s+(?<rule>[\w-]+)\s+\(\S+: (?<resource>.+)\)/.exec(line)?.groups;
    if (found === undefined) return [];
    const isLater = /can't run policy/.test(lines[index + 1] ?? "");
    return [`${isLater ? "later" : found["level"]} ${found["rule"]} ${found["resource"]}`];
  });
  return new Set(said);
}

function includes(result: Result, wanted: readonly string[]): void {
  const found = findings(result);
  const missed = wanted.filter((line) => !found.has(line));
  assert.deepEqual(missed, [], `${[...found].sort().join("\n")}\n${result.stderr}`);
}

for (const runtime of RUNTIMES) {
  describe(`a program of others (${runtime}), on Pulumi's real engine`, function () {
    this.timeout(300_000);
    let program: EngineProgram;

    before(function () {
      if (!hasRuntime(runtime)) this.skip();
      program = new EngineProgram(join(__dirname, "programs", runtime));
      assert.equal(program.pulumi("stack", "init", "test").status, 0);
    });

    after(() => program?.remove());

    for (const environment of ["prod", "staging"]) {
      it(`is judged in a preview as far as its values are known, with the levels of ${environment}`, () => {
        const preview = program.pulumi("preview", ...WITH(`policies/config/${environment}.json`));
        assert.notEqual(preview.status, 0);
        includes(preview, [
          // A patch, a chart, and a Deployment whose image is not known.
          "mandatory restricted-container opened",
          "mandatory no-remote-code opened",
          "mandatory image-pinned opened",
          "mandatory helm-chart-version stack",
          "mandatory no-plain-secrets stack",
          "advisory pods-readable stack",
          "mandatory restricted-container chat",
          "mandatory no-remote-code chat",
          "mandatory probes-present chat",
          "later image-pinned chat",
          "later image-pinned website",
        ]);
        // A rule over the stack says what it can, and that there may be more.
        assert.match(
          preview.stdout,
          /no NetworkPolicy of type Ingress in namespace "llm" selects the pods of Deployment "chat-own"/,
        );
        includes(preview, [`later network-policy others-test`]);
        if (runtime === "node") includes(preview, ["mandatory image-pinned workers", "mandatory gpu-request workers"]);
      });
    }

    it("is stopped in an update, once the image is known", () => {
      // Without these two it would be stopped before the image is known.
      const exceptions = ["workers", "opened"].map((resource) => ({ resource, reason: "known", until: "2999-12-31" }));
      program.write("levels.json", {
        all: "disabled",
        "image-pinned": { enforcementLevel: "mandatory", exceptions },
      });
      const up = program.pulumi("up", "--yes", "--skip-preview", ...WITH("levels.json"));
      assert.notEqual(up.status, 0);
      assert.ok(
        [...findings(up)].some((line) => /^mandatory image-pinned (chat|website)$/.test(line)),
        up.stdout,
      );
      assert.ok(![...findings(up)].some((line) => line.startsWith("later")), up.stdout);
      const deployments = program.resources().filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
      assert.deepEqual(deployments, []);
    });

    it("is mended where a level file asks for it, and spared where it has an exception", () => {
      program.write("levels.json", {
        all: "advisory",
        "service-links-off": "remediate",
        "no-service-account-token": "remediate",
        "restricted-container": {
          enforcementLevel: "advisory",
          exceptions: [{ resource: "llm/chat-own", reason: "hostNetwork goes with LLM-214", until: "2999-12-31" }],
        },
        "no-plain-secrets": {
          enforcementLevel: "mandatory",
          exceptions: [{ resource: "stack", reason: "the chart takes a reference from 0.2 on", until: "2999-12-31" }],
        },
      });
      const up = program.pulumi("up", "--yes", "--skip-preview", ...WITH("levels.json"));
      assert.equal(up.status, 0, up.stdout + up.stderr);
      const found = findings(up);
      assert.ok(found.has("advisory restricted-container opened"), up.stdout);
      assert.ok(!found.has("advisory restricted-container chat"), up.stdout);
      const chat = program.resources().find(({ urn }) => urn.endsWith("::chat"));
      const pod = (chat?.inputs as { spec: { template: { spec: Record<string, unknown> } } }).spec.template.spec;
      assert.deepEqual([pod["enableServiceLinks"], pod["automountServiceAccountToken"]], [false, false]);
    });
  });
}
