/**
 * From a series to whoever is told: the stack's own rules as Prometheus' operator takes them, a real Prometheus, the AlertmanagerConfig as the
 * operator turns it into a configuration, a real Alertmanager. Only what is scraped is the test's.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { observabilitySchema } from "../../components/contract/observability/schema.js";
import { runtimeName } from "../../components/derive/objects.js";
import { ruleObjects } from "../../components/observability/ruleObjects.js";
import { releaseLabels } from "../../components/observability/rules/contracts.js";
import { KUBE } from "../../components/vocabulary/metrics/kubernetes.js";
import { RELEASE } from "../../components/vocabulary/metrics/recorded.js";
import { VLLM } from "../../components/vocabulary/metrics/vllm.js";
import { LOOPBACK } from "../../tools/local/ports.js";
import { servedModel } from "../serving/fixtures.js";
import { OperatedPrometheus } from "./operated.js";
import { eventually } from "./scenario.js";
import { alertmanagerConfig, applyRoutes, Inbox, startAlertmanager } from "./told.js";
import { world } from "./world.js";

const HOME = "told-monitoring";
const SCOPE = { namespace: "told", stack: "told" };
const MODEL = servedModel();
const PLAN = MODEL.releases.get("r1")!;

/** Rules of the stack, whose two alerts here fire at once; in a cluster the conditions have to hold for minutes. */
const CONFIG = observabilitySchema.parse({
  alerts: { change: { VllmKvCacheFull: { forSeconds: 0 }, VllmNoReadyReplica: { forSeconds: 0 } } },
});

/** What is scraped: a replica, and what kube-state-metrics says of its Deployment. */
class Targets {
  kvCache = 0.3;
  ready = 1;
  private readonly server: Server = createServer((call, response) => {
    // Prometheus takes no text whose type it is not told.
    response.setHeader("Content-Type", "text/plain; version=0.0.4");
    response.end(call.url === "/vllm" ? this.vllm() : this.state());
  });

  async open(): Promise<void> {
    this.server.listen(0, LOOPBACK);
    await once(this.server, "listening");
  }

  close(): void {
    this.server.close();
  }

  private vllm(): string {
    return `${VLLM.running.name} 5\n${VLLM.waiting.name} 0\n${VLLM.kvCacheUsage.name} ${this.kvCache}\n`;
  }

  private state(): string {
    const of = `{namespace="${SCOPE.namespace}",deployment="${runtimeName(PLAN)}"}`;
    const { deploymentReplicas, deploymentReady, deploymentUpdated } = KUBE;
    return `${deploymentReplicas.name}${of} 1\n${deploymentReady.name}${of} ${this.ready}\n${deploymentUpdated.name}${of} 1\n`;
  }

  get scrapeConfigs(): object[] {
    const targets = [`${LOOPBACK}:${(this.server.address() as AddressInfo).port}`];
    const job = (name: string, labels: object) => ({
      job_name: name,
      metrics_path: `/${name}`,
      scrape_interval: "1s",
      scrape_timeout: "1s",
      honor_labels: true,
      static_configs: [{ targets, labels }],
    });
    return [job("vllm", { ...releaseLabels(PLAN, SCOPE), pod: `${runtimeName(PLAN)}-0` }), job("state", {})];
  }
}

/** The rules as objects of the models' namespace, and how many files the operator makes of them. */
async function applyRules(): Promise<number> {
  const objects = Object.entries(ruleObjects({ models: [MODEL], config: CONFIG, nodeGroups: undefined }, SCOPE));
  for (const [name, groups] of objects) {
    await world().cluster.apply({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name, namespace: SCOPE.namespace },
      spec: { groups },
    });
  }
  return objects.length;
}

describe("an alert of a stack", function () {
  this.timeout(240_000);
  const targets = new Targets();
  let inbox: Inbox;
  let prometheus: OperatedPrometheus;
  let alertmanager: number | undefined;

  before(async () => {
    await targets.open();
    inbox = await Inbox.open();
    await world().cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: SCOPE.namespace } });
    prometheus = await OperatedPrometheus.start(HOME, [SCOPE.namespace]);
    const count = await applyRules();
    await applyRoutes(HOME, SCOPE.stack, inbox);
    const config = await alertmanagerConfig(HOME, SCOPE.stack);
    // The waits of minutes, which gather alerts of one group, are a second here.
    const { address, pid } = await startAlertmanager(
      "told",
      config.replace(/(group_(?:wait|interval)): \S+/g, "$1: 1s"),
    );
    alertmanager = pid;
    await eventually(
      "the operator's files of the rules",
      async () => (Object.keys(await prometheus.ruleFiles()).length === count ? true : undefined),
      { instead: async () => Object.keys(await prometheus.ruleFiles()) },
    );
    await prometheus.run(SCOPE.namespace, undefined, {
      scrape_configs: targets.scrapeConfigs,
      alerting: { alertmanagers: [{ static_configs: [{ targets: [address] }] }] },
    });
  });
  after(async () => {
    if (alertmanager !== undefined) process.kill(alertmanager, "SIGKILL");
    await prometheus?.end();
    await world().cluster.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: SCOPE.namespace } });
    inbox?.close();
    targets.close();
  });

  const told = (path: string, messages: string[]) =>
    eventually(
      `${messages.join()} at ${path}`,
      () => (messages.every((message) => inbox.told(path).includes(message)) ? true : undefined),
      { instead: () => Promise.resolve(inbox.messages) },
    );

  it("is not there while all is well", async () => {
    await prometheus.reads(RELEASE.replicasReady, 1);
    await prometheus.reads(RELEASE.kvCacheUsage, 0.3);
    assert.deepEqual(await prometheus.query('ALERTS{alertstate="firing"}'), []);
    assert.deepEqual(inbox.messages, []);
  });

  it("comes to who takes tickets, with what to do, and to nobody else", async () => {
    targets.kvCache = 0.97;
    await told("/ticket", ["firing VllmKvCacheFull"]);
    assert.deepEqual(inbox.told("/page"), []);
    const { labels, annotations } = inbox.messages[0]!.message.alerts[0]!;
    assert.equal(labels["vllm_model"], "chat");
    assert.equal(labels["severity"], "ticket");
    assert.match(annotations["description"]!, /^The fullest replica has 97% of its KV cache in use/);
    assert.match(annotations["runbook_url"]!, /VllmKvCacheFull\.md$/);
  });

  it("pages where users feel it, and all is said to be over when it is", async () => {
    targets.ready = 0;
    await told("/page", ["firing VllmNoReadyReplica"]);
    Object.assign(targets, { kvCache: 0.3, ready: 1 });
    await told("/page", ["resolved VllmNoReadyReplica"]);
    await told("/ticket", ["resolved VllmKvCacheFull"]);
    assert.deepEqual(inbox.told("/page"), ["firing VllmNoReadyReplica", "resolved VllmNoReadyReplica"]);
  });
});
