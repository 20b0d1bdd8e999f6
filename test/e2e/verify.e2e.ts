/**
 * `npm run verify` against a real API server, KEDA and Prometheus with its operator: a good deployment, then one broken thing after the
 * other. The engine is a stand-in, which requests reach as in a cluster: through the API server and a kubelet's port-forward.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { apiKeySecret, API_KEY } from "../../components/vocabulary/secrets.js";
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import { fleetRules } from "../../components/vocabulary/metrics/rules.js";
import { HTTP_PORT } from "../../components/vocabulary/ports.js";
import { kubeconfigOf } from "../../tools/local/folders.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import type { Result } from "../../tools/verify/check.js";
import type { ConfigMap } from "../../tools/verify/objects.js";
import { verify } from "../../tools/verify/command.js";
import { IMAGE, releaseConfig } from "../serving/fixtures.js";
import { folderWith, PROJECT, removeFolders, stackText } from "../tools/folders.js";
import { behaviour, Engine } from "../tools/verify/engine.js";
import { forwarding, serveExec } from "./execServer.js";
import { OperatedPrometheus } from "./operated.js";
import { eventually, GROUPS, model, type Pod, Scenario, type Values } from "./scenario.js";
import { FOLDERS } from "./world.js";

const STACK = "test";
const VALUES: Values = { models: { chat: model({ autoscaling: { min: 1, max: 2 } }) } };

type Status = Pod & { status: { containerStatuses: Record<string, unknown>[] } };

class Verified {
  private constructor(
    readonly scenario: Scenario,
    readonly engine: Engine,
    private readonly prometheus: OperatedPrometheus,
    private readonly stopServing: () => void,
  ) {}

  static async of(): Promise<Verified> {
    const scenario = await Scenario.of(VALUES);
    await scenario.rolledOut("chat-r1");
    // KEDA asks the Prometheus of all tests; that of the operator has the rules, too.
    await scenario.scraped();
    const { cluster, namespace } = scenario;
    const engine = await Engine.start(behaviour("chat", 8192));
    const secret = await scenario.get<KubernetesObject & { data: Record<string, string> }>(
      "v1",
      "Secret",
      apiKeySecret("chat"),
    );
    engine.does.key = Buffer.from(secret.data[API_KEY]!, "base64").toString();
    const nodes = (await scenario.podsOf("chat")).map(({ spec }) => spec.nodeName!);
    const stop = await serveExec(cluster, folderWith(), nodes, [forwarding(namespace, HTTP_PORT, engine.port)]);
    const prometheus = await OperatedPrometheus.start(
      `${namespace}-monitoring`,
      [namespace],
      [{ namespace, name: fleetRules(STACK) }],
    );
    await eventually("the operator's configuration", async () =>
      (await prometheus.scrapeConfigs()).find(({ job_name }) => job_name === `podMonitor/${namespace}/chat-r1/0`),
    );
    const rules = await cluster.list("monitoring.coreos.com/v1", "PrometheusRule", { namespace });
    await eventually("the operator's rules", async () => {
      const files = Object.keys(await prometheus.ruleFiles());
      const isThere = ({ metadata }: KubernetesObject) =>
        files.some((file) => file.startsWith(`${namespace}-${metadata.name}-`));
      return rules.every(isThere) || undefined;
    });
    await prometheus.run(namespace);
    const verified = new Verified(scenario, engine, prometheus, stop);
    await verified.told({ imageID: `docker.io/${IMAGE.replace(/:v[^@]*/, "")}` });
    return verified;
  }

  async end(): Promise<void> {
    this.stopServing();
    this.engine.stop();
    await this.prometheus.end();
  }

  /** By `subject check`. */
  async results(values: Values = VALUES, kubeconfig = kubeconfigOf(FOLDERS)): Promise<Record<string, string>> {
    const project = folderWith({ [`Pulumi.${STACK}.yaml`]: stackText(this.scenario.stackValues(values)) });
    const options = { probe: false, probeNamespace: "default", timeout: 30, quiet: false, json: true };
    const { text } = await verify(
      project,
      STACK,
      { ...options, kubeconfig, prometheus: this.prometheus.url },
      { env: {}, width: Infinity, now: new Date() },
    );
    const { results } = JSON.parse(text) as { results: Result[] };
    return Object.fromEntries(
      results.map(({ subject, name, status, found }) => [`${subject} ${name}`, `${status}: ${found}`]),
    );
  }

  /** What did not pass. */
  async others(kubeconfig?: string): Promise<Record<string, string>> {
    const entries = Object.entries(await this.results(VALUES, kubeconfig));
    return Object.fromEntries(entries.filter(([, text]) => !text.startsWith("pass")));
  }

  /** Controllers and KEDA take their time, and Prometheus evaluates some groups of rules every four minutes. */
  untilClean(): Promise<true> {
    return eventually(
      "a deployment without a finding",
      async () => (isDeepStrictEqual(await this.others(), SKIPPED) ? true : undefined),
      { seconds: 300, instead: () => this.others() },
    );
  }

  async pod(): Promise<Status> {
    return (await this.scenario.podsOf("chat"))[0] as Status;
  }

  /** What the pod's node says of its container. */
  async told(fields: object): Promise<void> {
    const pod = await this.pod();
    const [container] = pod.status.containerStatuses;
    await this.scenario.cluster.patch(pod, { status: { containerStatuses: [{ ...container, ...fields }] } }, "status");
  }

  async patch(apiVersion: string, kind: string, name: string, changes: object): Promise<void> {
    await this.scenario.cluster.patch(this.scenario.reference(apiVersion, kind, name), changes);
  }
}

/** What is broken, and mended again. */
interface Broken {
  fails: Record<string, RegExp>;
  breaks: (here: Verified) => Promise<() => Promise<unknown>>;
}

const mended = (mend: () => void) => () => Promise.resolve(mend());

const BROKEN: Record<string, Broken> = {
  "an object that somebody has deleted": {
    fails: { "chat-r1 objects": /^no PodDisruptionBudget \S+\/chat-r1$/ },
    breaks: async ({ scenario: { cluster, ...scenario } }) => {
      const budget = {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "chat-r1", namespace: scenario.namespace },
      };
      const { spec, metadata } = (await cluster.get<KubernetesObject>(budget))!;
      const { labels = {}, annotations = {} } = metadata;
      await cluster.remove(budget);
      return () => cluster.create({ ...budget, metadata: { ...budget.metadata, labels, annotations }, spec });
    },
  },
  "a dashboard that somebody has edited": {
    fails: { "test dashboards": /^ConfigMap \S+\/vllm-fleet-test has another dashboard than the stack$/ },
    breaks: async (here) => {
      const { data } = await here.scenario.get<ConfigMap>("v1", "ConfigMap", "vllm-fleet-test");
      const edit = (change: (text: string) => string) => {
        const changed = Object.entries(data!).map(([file, text]) => [file, change(text)]);
        return here.patch("v1", "ConfigMap", "vllm-fleet-test", { data: Object.fromEntries(changed) as object });
      };
      await edit((text) => `${text} `);
      return () => edit((text) => text);
    },
  },
  "another contract": {
    fails: { "chat-r1 contract": /^the annotated hash is 0123456789abcdef/ },
    breaks: async (here) => {
      const { metadata } = await here.scenario.deployment("chat-r1");
      const hash = metadata.annotations![ANNOTATIONS.contractHash];
      const annotate = (value: string | undefined) =>
        here.patch("apps/v1", "Deployment", "chat-r1", {
          metadata: { annotations: { [ANNOTATIONS.contractHash]: value } },
        });
      await annotate("0123456789abcdef");
      return () => annotate(hash);
    },
  },
  "another digest": {
    fails: { "chat-r1 image": /runs docker.io\/x@sha256:00$/ },
    breaks: async (here) => {
      const { imageID } = (await here.pod()).status.containerStatuses[0]!;
      await here.told({ imageID: "docker.io/x@sha256:00" });
      return () => here.told({ imageID });
    },
  },
  "a container killed for want of memory": {
    fails: { "chat-r1 restarts": /was started again 1 times, last after exit code 137 \(OOMKilled\)/ },
    breaks: async (here) => {
      await here.told({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } } });
      return () => here.told({ restartCount: 0, lastState: {} });
    },
  },
  "a node of another kind": {
    fails: { "chat-r1 gpu": /has workload=gpu-batch, wanted is gpu-inference/ },
    breaks: async (here) => {
      const { spec } = await here.pod();
      const node = { apiVersion: "v1", kind: "Node", metadata: { name: spec.nodeName! } };
      const labelled = (workload: string) => here.scenario.cluster.patch(node, { metadata: { labels: { workload } } });
      await labelled("gpu-batch");
      return () => labelled("gpu-inference");
    },
  },
  "a route that leads elsewhere": {
    fails: { "chat route": /^leads to release r0, the config says r1$/ },
    breaks: async (here) => {
      const lead = (release: string) =>
        here.patch("v1", "Service", "chat", { spec: { selector: { "pulumi-vllm.dev/release": release } } });
      await lead("r0");
      return () => lead("r1");
    },
  },
  "a paused scaler": {
    fails: { "chat-r1 scaler": /is paused by its annotation autoscaling\.keda\.sh\/paused-scale-in/ },
    breaks: async (here) => {
      const pause = (value: string | null) =>
        here.patch("keda.sh/v1alpha1", "ScaledObject", "chat-r1", {
          metadata: { annotations: { "autoscaling.keda.sh/paused-scale-in": value } },
        });
      await pause("true");
      return () => pause(null);
    },
  },
  "an engine with another context": {
    fails: { "chat-r1 model": /takes 1024 tokens, the contract says 8192$/ },
    breaks: async ({ engine }) => {
      engine.does.context = 1024;
      return Promise.resolve(mended(() => (engine.does.context = 8192)));
    },
  },
  "an engine that streams nothing": {
    fails: { "chat-r1 answer": /streams no text$/ },
    breaks: async ({ engine: { does } }) => {
      const events = does.events.splice(0);
      return Promise.resolve(mended(() => does.events.push(...events)));
    },
  },
  "an engine whose metrics are of another model": {
    fails: { "chat-r1 metrics": /of another model than chat/ },
    breaks: async ({ engine: { does } }) => {
      const { metrics } = does;
      does.metrics = metrics.replaceAll("chat", "other");
      return Promise.resolve(mended(() => (does.metrics = metrics)));
    },
  },
};

/** The roles of docs/verify.md, bound to an account. @returns path of a kubeconfig of it */
async function accountWith({ cluster, namespace }: Scenario): Promise<string> {
  const text = readFileSync(join(PROJECT, "docs", "verify.md"), "utf8");
  const [, yaml] = /```text\n(apiVersion: rbac\.authorization\.k8s\.io\/v1\nkind: ClusterRole\n[\s\S]*?)```/.exec(
    text,
  )!;
  const role = parse(yaml!) as KubernetesObject;
  const name = `${namespace}-verify`;
  await cluster.apply({ ...role, metadata: { name } });
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "verify", namespace } };
  await cluster.apply(account);
  await cluster.apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name: "verify", namespace }],
  });
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/verify/token`;
  const { status } = (await cluster.call("POST", path, { body })) as unknown as { status: { token: string } };
  const { server, caData } = cluster.config.getCurrentCluster()!;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "verify",
    clusters: [{ name: "local", cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name: "verify", user: { token: status.token } }],
    contexts: [{ name: "verify", context: { cluster: "local", user: "verify" } }],
  };
  return join(folderWith({ kubeconfig: stringify(config) }), "kubeconfig");
}

/** What is not there, or was not asked for. */
const SKIPPED = {
  "chat-r1 network": "skip: needs a pod outside: --probe",
  "test cache": "skip: the stack fills no cache",
};

describe("npm run verify on a real control plane", function () {
  this.timeout(900_000);
  after(removeFolders);

  it("passes a good deployment, also by the role of the docs, and fails for each thing that is broken", async () => {
    const here = await Verified.of();
    const { cluster } = here.scenario;
    let name: string | undefined;
    try {
      await here.untilClean();
      name = `${here.scenario.namespace}-verify`;
      assert.deepEqual(await here.others(await accountWith(here.scenario)), SKIPPED);

      for (const [what, { fails, breaks }] of Object.entries(BROKEN)) {
        const mend = await breaks(here);
        const others = await here.others();
        // A Deployment's controller copies annotations to its ReplicaSet when it comes to it.
        const failed = Object.entries(others).filter(
          ([check, text]) => text.startsWith("fail") && check !== "chat-r1 history",
        );
        assert.deepEqual(
          failed.map(([check]) => check).sort(),
          Object.keys(fails).sort(),
          `${what}: ${JSON.stringify(others)}`,
        );
        for (const [check, text] of failed) assert.match(text.replace("fail: ", ""), fails[check]!, what);
        await mend();
        await here.untilClean();
      }

      const next: Values = {
        models: {
          chat: model({ releases: { r1: releaseConfig({ context: 4096 }) }, autoscaling: { min: 1, max: 2 } }),
        },
        groups: GROUPS,
      };
      await here.scenario.apply(next, { chat: "never" }, 5);
      const stuck = await here.results(next);
      assert.match(stuck["chat-r1 rollout"]!, /^fail: .*still of an older template: chat-r1-/);
      assert.match(stuck["chat-r1 contract"]!, /^pass/);
      assert.match(stuck["chat-r1 history"]!, /^pass: number 2 is [0-9a-f]{16}, before it [0-9a-f]{16}$/);
      assert.match((await here.results())["chat-r1 contract"]!, /context is 4096, the config says 8192$/);
    } finally {
      await here.end();
      if (name !== undefined) {
        for (const kind of ["ClusterRoleBinding", "ClusterRole"])
          await cluster.remove({ apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata: { name } });
      }
    }
  });
});
