/** What the GitHub workflows may do: each rule here keeps a token or a secret from code that should not have it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { folderWith, PROJECT, removeFolders } from "./tools/folders.js";

interface Step {
  name?: string;
  uses?: string;
  if?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Job {
  uses?: string;
  env?: Record<string, string>;
  environment?: string;
  permissions?: Record<string, string>;
  steps?: Step[];
  strategy?: { matrix?: { stack?: string[] } };
}

interface Workflow {
  on: Record<string, unknown>;
  env?: Record<string, string>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const FOLDER = join(PROJECT, ".github", "workflows");
const texts = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]));
const workflows = [...texts].map(([name, text]) => [name, parse(text) as Workflow] as const);
const jobs = workflows.flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]) => ({ where: `${file}: ${name}`, job })),
);

/** The steps that the jobs which run Pulumi share. They run with those jobs' rights. */
const CONNECT = readFileSync(join(PROJECT, ".github", "actions", "connect", "action.yml"), "utf8");
const connect = (parse(CONNECT) as { runs: { steps: Step[] } }).runs.steps;
const USES_CONNECT = "./.github/actions/connect";

const steps = jobs.flatMap(({ where, job }) =>
  (job.steps ?? []).flatMap((step) =>
    (step.uses === USES_CONNECT ? [step, ...connect] : [step]).map((each) => ({ where, job, step: each })),
  ),
);
/** Steps that run Pulumi against a stack. */
const RUNS_PULUMI = /\bpulumi (?:up|preview|refresh)\b/;
const pulumiSteps = steps.filter(({ step }) => RUNS_PULUMI.test(step.run ?? ""));

/** Every permission of every job. Whoever adds one says here that it is needed. */
const PERMISSIONS: Record<string, Record<string, string>> = {
  "ci.yml: checks": { contents: "read" },
  "drift.yml: tools": { contents: "read" },
  "drift.yml: drift": { contents: "read", "id-token": "write" },
  "nightly.yml: flags": { contents: "read" },
  "preview.yml: offline": { contents: "read" },
  "preview.yml: tools": { contents: "read" },
  "preview.yml: pulumi": { contents: "read", "id-token": "write" },
  "preview.yml: comment": { "pull-requests": "write" },
  "tools.yml: install": { contents: "read" },
  "up.yml: tools": { contents: "read" },
  "up.yml: up": { contents: "read", "id-token": "write" },
};

/** What fetches code to run, and an action that does. */
const INSTALLS =
  /\b(?:npm|npx|yarn|pnpm|corepack|pip3?|pipx|uvx?|apt(?:-get)?|brew|gem|cargo|curl|wget)\b|\bgo (?:run|install|get)\b|\bpulumi (?:install|plugin install|package)\b/;
const INSTALLING_ACTION = /^(?:pulumi\/|actions\/setup-(?:go|python)|astral-sh\/)/;

const isCredentialed = ({ permissions }: Job): boolean =>
  permissions?.["id-token"] === "write" || permissions?.["pull-requests"] === "write";

describe("the workflows", () => {
  it("are read by these tests", () => {
    assert.deepEqual([...texts.keys()].sort(), [
      "ci.yml",
      "drift.yml",
      "nightly.yml",
      "preview.yml",
      "tools.yml",
      "up.yml",
    ]);
    assert.ok(steps.length > 30);
  });

  it("pin every action to a commit and say its version beside it", () => {
    for (const [name, text] of [...texts, ["connect", CONNECT] as const]) {
      for (const [, used] of text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)) {
        assert.match(used!, /^\.\/|^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
      }
    }
  });

  it("never run a pull request's code with the rights of the base: no pull_request_target, no workflow_run", () => {
    for (const [name, { on }] of workflows) {
      const events = Object.keys(on);
      assert.deepEqual(
        events.filter(
          (event) => !["pull_request", "push", "schedule", "workflow_dispatch", "workflow_call"].includes(event),
        ),
        [],
        name,
      );
    }
  });

  it("leave no credentials of a checkout behind", () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
    assert.ok(checkouts.length >= 7);
    for (const { where, step } of checkouts) assert.equal(step.with?.["persist-credentials"], false, where);
  });

  it("give rights to jobs alone, and these", () => {
    for (const [name, { permissions }] of workflows) assert.deepEqual(permissions, {}, name);
    assert.deepEqual(Object.fromEntries(jobs.map(({ where, job }) => [where, job.permissions])), PERMISSIONS);
  });

  it("install nothing in a job that can get a token or write", () => {
    const credentialed = steps.filter(({ job }) => isCredentialed(job));
    assert.ok(credentialed.length > 10);
    for (const { where, step } of credentialed) {
      assert.doesNotMatch(step.run ?? "", INSTALLS, where);
      assert.doesNotMatch(step.uses ?? "", INSTALLING_ACTION, where);
    }
    // Nor does the engine: it would fetch a provider that is missing.
    assert.equal(pulumiSteps.length, 3);
    for (const { where, job, step } of pulumiSteps) {
      assert.equal(step.env?.["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], "true", where);
      assert.ok(job.environment !== undefined, where);
    }
  });

  it("ask for a token only in an environment, whose rules decide who gets it", () => {
    for (const { where, job } of jobs) {
      assert.equal(job.permissions?.["id-token"] === "write", job.environment !== undefined, where);
    }
  });

  it("give a secret to the step that needs it alone", () => {
    const secretsOf = (values: unknown): string[] =>
      [...(JSON.stringify(values) ?? "").matchAll(/\bsecrets\.(\w+)/g)].map(([, name]) => name!);
    for (const { where, job, step } of steps) {
      const secrets = secretsOf(step);
      if (step.uses === USES_CONNECT) assert.deepEqual(secrets, ["KUBECONFIG"], where);
      else assert.deepEqual(secrets, RUNS_PULUMI.test(step.run ?? "") ? ["PULUMI_ACCESS_TOKEN"] : [], where);
      if (secrets.length > 0) assert.ok(job.environment !== undefined, where);
    }
    // Nowhere else, where more steps or another workflow would see it.
    const found = [...texts.values()].flatMap((text) => secretsOf(parse(text)));
    assert.equal(found.length, 2 * pulumiSteps.length);
  });

  it("run no install script of a package", () => {
    const files = [...texts, [".ci/run", readFileSync(join(PROJECT, ".ci", "run"), "utf8")] as const];
    const installs = files.flatMap(([name, text]) =>
      text
        .split("\n")
        .flatMap((line) =>
          /\bnpm (?:ci|i|install)\b/.test(line) && !/^\s*#/.test(line) ? [[name, line] as const] : [],
        ),
    );
    assert.ok(installs.length >= 5);
    for (const [name, line] of installs) assert.match(line, /--ignore-scripts\b/, name);
  });

  it("put no expression into a script, where a branch's name could be code", () => {
    for (const { where, step } of steps) assert.doesNotMatch(step.run ?? "", /\$\{\{/, `${where}: ${step.name}`);
  });

  it("keep artifacts for a day", () => {
    const uploads = steps.filter(({ step }) => step.uses?.startsWith("actions/upload-artifact@"));
    assert.ok(uploads.length >= 2);
    for (const { where, step } of uploads) assert.equal(step.with?.["retention-days"], 1, where);
  });

  it("use environments that docs/workflows.md describes, and no other", () => {
    const docs = readFileSync(join(PROJECT, "docs", "workflows.md"), "utf8");
    const used = jobs.flatMap(({ job: { environment, strategy } }) =>
      environment === undefined
        ? []
        : (strategy?.matrix?.stack ?? []).map((stack) => environment.replace("${{ matrix.stack }}", stack)),
    );
    const described = [...docs.matchAll(/^\| `([\w-]+)` +\| (?:AWS_)?/gm)].map(([, name]) => name!);
    assert.deepEqual([...new Set(used)].sort(), described.filter((name) => /^(staging|prod)/.test(name)).sort());
    // The trust policies name each of them.
    for (const name of used) assert.ok(docs.includes(`:environment:${name}`), name);
  });
});

describe("state and cluster", () => {
  after(removeFolders);

  const stepNamed = (part: string): Step => connect.find(({ name, uses }) => `${name} ${uses}`.includes(part))!;

  it("are reached as the variables of an environment say: no AWS without a role, no kubeconfig without one", () => {
    assert.equal(stepNamed("aws-actions/").if, "inputs.aws-role != ''");
    assert.equal(stepNamed("EKS").if, "inputs.eks-cluster != ''");
    assert.equal(stepNamed("kubeconfig").if, "inputs.kubeconfig != ''");
  });

  it("have a kubeconfig that only the runner's user reads, and that the later steps use", () => {
    const folder = folderWith({ env: "" });
    const env = {
      PATH: process.env["PATH"],
      RUNNER_TEMP: folder,
      GITHUB_ENV: join(folder, "env"),
      CONTENTS: "apiVersion: v1\ntoken: $(touch hostile)",
    };
    const { status } = spawnSync("bash", ["-e", "-c", stepNamed("kubeconfig").run!], { cwd: folder, env });
    assert.equal(status, 0);
    const file = join(folder, "kubeconfig");
    assert.equal(readFileSync(file, "utf8"), `${env.CONTENTS}\n`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(env.GITHUB_ENV, "utf8"), `KUBECONFIG=${file}\n`);
  });

  it("are of the stack, or of the stack of an organization of Pulumi Cloud", () => {
    for (const [organization, name] of [
      ["", "prod"],
      ["acme", "acme/prod"],
    ] as const) {
      for (const { where, step } of pulumiSteps) {
        const folder = folderWith({ ".github/scripts/show.sh": 'shift; echo "$@"' });
        const env = { PATH: process.env["PATH"], STACK: "prod", ORGANIZATION: organization };
        const { stdout } = spawnSync("bash", ["-e", "-c", step.run!], { cwd: folder, env, encoding: "utf8" });
        assert.match(stdout, new RegExp(`--stack ${name} `), where);
        if (stdout.includes("--policy-pack-config")) assert.match(stdout, / policies\/config\/prod\.json$/m, where);
      }
    }
  });

  it("are described: docs/workflows.md has every variable and secret that a workflow reads", () => {
    const docs = readFileSync(join(PROJECT, "docs", "workflows.md"), "utf8");
    const names = new Set(
      [...texts.values()].flatMap((text) => [...text.matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(([, name]) => name!)),
    );
    assert.ok(names.size > 6);
    for (const name of names) assert.match(docs, new RegExp(`^ *\\| \`${name}\` +\\|`, "m"), name);
  });
});

/** What a pull request could have a command print. */
const HOSTILE = [
  "```",
  "</pre><img src=x onerror=alert(1)>",
  "::error file=a.ts::forged",
  "  ::add-mask::nothing",
  "::stop-commands::",
  "\u001b[31mred\u001b[0m &amp; <b>bold</b>",
  "@everyone <!-- gone",
].join("\n");

const ESCAPED = [
  "```",
  "&lt;/pre&gt;&lt;img src=x onerror=alert(1)&gt;",
  "::error file=a.ts::forged",
  "  ::add-mask::nothing",
  "::stop-commands::",
  "[31mred[0m &amp;amp; &lt;b&gt;bold&lt;/b&gt;",
  "@everyone &lt;!-- gone",
].join("\n");

describe("show.sh", () => {
  after(removeFolders);

  function show(command: readonly string[], env: Record<string, string> = {}) {
    const folder = folderWith({ summary: "", hostile: HOSTILE });
    const script = join(PROJECT, ".github", "scripts", "show.sh");
    const { status, stdout } = spawnSync("bash", [script, "A title", ...command], {
      cwd: folder,
      env: { PATH: process.env["PATH"], GITHUB_STEP_SUMMARY: join(folder, "summary"), ...env },
      encoding: "utf8",
    });
    return { status, stdout, folder, summary: readFileSync(join(folder, "summary"), "utf8") };
  }

  it("shows text as text: no fence, tag or control character of it counts in the summary", () => {
    const { status, summary } = show(["cat", "hostile"]);
    assert.equal(status, 0);
    assert.equal(summary, `### A title\n\n<pre>\n${ESCAPED}\n</pre>\n\n`);
  });

  it("has the runner obey no command in it: they are stopped until a word that nobody can know", () => {
    const { stdout } = show(["cat", "hostile"]);
    const [first, ...lines] = stdout.split("\n");
    const token = /^::stop-commands::([0-9a-f]{32})$/.exec(first!)?.[1];
    assert.ok(token !== undefined, first);
    assert.deepEqual(lines, [...HOSTILE.split("\n"), `::${token}::`, ""]);
    assert.notEqual(show(["true"]).stdout.split("\n")[0], first, "another word each time");
  });

  it("ends as the command ends, and keeps what it printed", () => {
    const { status, folder } = show(["sh", "-c", "echo out; echo err >&2; exit 3"], { SHOWN: "shown.txt" });
    assert.equal(status, 3);
    assert.equal(readFileSync(join(folder, "shown.txt"), "utf8"), "out\nerr\n");
  });

  it("gives the command neither the runner's files nor the means to ask for a token", () => {
    const names = [
      "GITHUB_ENV",
      "GITHUB_PATH",
      "GITHUB_OUTPUT",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "ACTIONS_ID_TOKEN_REQUEST_URL",
    ];
    const { stdout } = show(["env"], Object.fromEntries(names.map((name) => [name, "canary"])));
    assert.match(stdout, /^PATH=/m);
    assert.doesNotMatch(stdout, /canary|GITHUB_STEP_SUMMARY/);
  });
});

describe("Pulumi's CLI", () => {
  it("has the SDK's version, which package.json alone names", () => {
    for (const [name, text] of texts) assert.doesNotMatch(text, /pulumi-version: *["']?\d/, name);
    const read = steps.find(({ step }) => step.name?.startsWith("Read the CLI's version"))!.step.run!;
    const folder = folderWith({ "package.json": '{ "devDependencies": { "@pulumi/pulumi": "3.1.2" } }' });
    const output = join(folder, "output");
    const env = { PATH: process.env["PATH"], GITHUB_OUTPUT: output };
    assert.equal(spawnSync("bash", ["-e", "-o", "pipefail", "-c", read], { cwd: folder, env }).status, 0);
    assert.equal(readFileSync(output, "utf8"), "pulumi=3.1.2\n");
  });
});

describe("the comment on a pull request", () => {
  after(removeFolders);

  it("has the previews as text", () => {
    const [, { jobs: all }] = workflows.find(([name]) => name === "preview.yml")!;
    const { run } = all["comment"]!.steps!.find(({ name }) => name === "Comment on the pull request")!;
    const folder = folderWith({ "previews/preview-prod/preview.txt": HOSTILE });
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "gh"), '#!/bin/sh\necho "$@"\n');
    chmodSync(join(folder, "bin", "gh"), 0o755);
    const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, NUMBER: "7" };
    const { status, stdout } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", run!], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    assert.deepEqual([status, stdout], [0, "pr comment 7 --edit-last --create-if-none --body-file comment.md\n"]);
    const comment = readFileSync(join(folder, "comment.md"), "utf8");
    assert.equal(comment, `### Preview of prod\n\n<pre>\n${ESCAPED}\n</pre>\n\n`);
  });
});
