/**
 * Whom the autoscaler's queries believe: rules and monitors of other namespaces, by Prometheus' own operator and the values and
 * permissions that the stack gives it, on a real Prometheus that scrapes a model's pods.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { fleetGroups } from "../../components/observability/rules/fleet.js";
import { fleetRules } from "../../components/vocabulary/metrics/rules.js";
import { queries } from "../../components/derive/scaling.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import { contractOf } from "../serving/fixtures.js";
import { OperatedPrometheus, type ScrapeConfig } from "./operated.js";
import { eventually, GROUPS, model, Scenario } from "./scenario.js";
import { world } from "./world.js";

const LOAD = 5;
const MADE_UP = 1000;
const RUNNING = "vllm:num_requests_running";
const FLEET = fleetRules("e2e");

interface Rule {
  record: string;
  expr: string;
  labels: Record<string, string>;
}

/** Labels that the autoscaler's query asks a series for. */
function asked(namespace: string): Record<string, string> {
  const matchers = [...queries(contractOf(), namespace).inFlight.matchAll(/(\w+)="([^"]*)"/g)];
  return Object.fromEntries(matchers.map(([, label, value]) => [label!, value!]));
}

const labelsOfTheFinding = (namespace: string) => ({ namespace, vllm_model: "chat", vllm_release: "r1" });

/** Rules that would have the model grow, the review's own first. */
function rulesAgainst(namespace: string): Rule[] {
  const target = {
    ...asked(namespace),
    pod: "chat-r1-0",
    instance: "10.0.0.1:8000",
    container: "vllm",
    endpoint: "http",
  };
  return [
    { record: RUNNING, expr: `vector(${MADE_UP})`, labels: labelsOfTheFinding(namespace) },
    { record: RUNNING, expr: `vector(${MADE_UP})`, labels: asked(namespace) },
    { record: RUNNING, expr: `vector(${MADE_UP})`, labels: target },
    { record: "up", expr: "vector(1)", labels: target },
    // Follows the real pods, whichever they are.
    { record: RUNNING, expr: `${RUNNING} * 0 + ${MADE_UP}`, labels: { also: "mine" } },
  ];
}

function groups(rules: readonly Rule[]): object {
  return { groups: [{ name: "mine", interval: "1s", rules }] };
}

async function namespace(name: string): Promise<string> {
  await world().cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return name;
}

/** Whether an account may do this, by the API server's own word. */
async function may(account: string, verb: string, resource: string, where: string): Promise<boolean> {
  const [group, kind] = resource.includes("/") ? resource.split("/") : ["", resource];
  const review = await world().cluster.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: `system:serviceaccount:${account}`,
        resourceAttributes: { namespace: where, verb, group, resource: kind },
      },
    },
  });
  return (review as { status?: { allowed?: boolean } }).status?.allowed ?? false;
}

/** A model under load, a namespace that Prometheus trusts beside it, and one that it does not. */
class Neighbourhood {
  private constructor(
    readonly scenario: Scenario,
    readonly prometheus: OperatedPrometheus,
    readonly team: string,
    readonly stranger: string,
  ) {}

  static async of(): Promise<Neighbourhood> {
    const scenario = await Scenario.of({
      models: { chat: model({ autoscaling: { min: 1, max: 5 } }) },
      groups: GROUPS,
    });
    await scenario.scheduled("chat", 1);
    await scenario.load("chat", LOAD);
    const [home, team, stranger] = ["monitoring", "team", "stranger"].map((name) => `${scenario.namespace}-${name}`);
    for (const name of [team!, stranger!]) await namespace(name);
    return new Neighbourhood(
      scenario,
      await OperatedPrometheus.start(
        home!,
        [scenario.namespace, team!],
        [{ namespace: scenario.namespace, name: FLEET }],
      ),
      team!,
      stranger!,
    );
  }

  get inFlight(): string {
    return queries(contractOf(), this.scenario.namespace).inFlight;
  }

  apply(
    kind: "PrometheusRule" | "ServiceMonitor",
    name: string,
    where: string,
    spec: object,
  ): Promise<KubernetesObject> {
    return world().cluster.apply({
      apiVersion: "monitoring.coreos.com/v1",
      kind,
      metadata: { name, namespace: where },
      spec,
    });
  }

  /** Waits until the operator scrapes this, and gives how. */
  scraped(job: string): Promise<ScrapeConfig> {
    return eventually(
      `${job} in the operator's configuration`,
      async () => (await this.prometheus.scrapeConfigs()).find(({ job_name }) => job_name === job),
      { instead: async () => (await this.prometheus.scrapeConfigs()).map(({ job_name }) => job_name) },
    );
  }

  async end(): Promise<void> {
    await this.prometheus.end();
    for (const name of [this.team, this.stranger]) {
      await world().cluster.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
  }
}

describe("monitoring that other namespaces cannot steer", function () {
  this.timeout(300_000);
  let here: Neighbourhood;
  beforeEach(async () => {
    here = await Neighbourhood.of();
  });
  afterEach(async () => {
    await here.end();
  });

  it("reads a model's own load, whatever rules of other namespaces record", async () => {
    const { scenario, prometheus, team, stranger } = here;
    const spec = groups(rulesAgainst(scenario.namespace));
    for (const where of [team, stranger]) await here.apply("PrometheusRule", "mine", where, spec);
    const files = await eventually("the team's rules", async () => {
      const found = await prometheus.ruleFiles();
      return Object.keys(found).some((name) => name.startsWith(`${team}-mine-`)) ? found : undefined;
    });
    assert.deepEqual(
      Object.keys(files).filter((name) => name.startsWith(stranger)),
      [],
      "rules of a namespace that is not trusted are not taken",
    );
    await here.scraped(`podMonitor/${scenario.namespace}/chat-r1/0`);
    await prometheus.run(scenario.namespace);

    await prometheus.reads(here.inFlight, LOAD);
    // They do run: under their own namespace.
    await eventually(
      "the series of the team's rules",
      async () => {
        const made = await prometheus.query(`${RUNNING} == ${MADE_UP}`);
        return made.length >= 3 && made.every(({ metric }) => metric["namespace"] === team) ? true : undefined;
      },
      { instead: () => prometheus.query(`${RUNNING} == ${MADE_UP}`) },
    );
    for (let second = 0; second < 8; second += 1) {
      const series = await prometheus.query(here.inFlight);
      assert.deepEqual(
        series.map(({ value }) => Number(value[1])),
        [LOAD],
      );
      await sleep(1000);
    }
  });

  it("keeps the labels of a model's series, and the namespaces of the series that tell of others", async () => {
    const { scenario, prometheus, team } = here;
    const endpoints = [
      { port: "http", honorLabels: true, metricRelabelings: [{ targetLabel: "namespace", replacement: "x" }] },
    ];
    const spec = { selector: {}, endpoints };
    const own = "kube-prometheus-stack-kube-state-metrics";
    await here.apply("ServiceMonitor", own, prometheus.namespace, spec);
    await here.apply("ServiceMonitor", "another", prometheus.namespace, spec);
    await here.apply("ServiceMonitor", own, team, spec);
    const enforced = async (where: string, name: string) => {
      const { metric_relabel_configs = [] } = await here.scraped(`serviceMonitor/${where}/${name}/0`);
      return metric_relabel_configs.at(-1)!["replacement"];
    };
    assert.equal(await enforced(prometheus.namespace, own), "x", "the chart's own monitor says whose series they are");
    assert.equal(await enforced(prometheus.namespace, "another"), prometheus.namespace);
    assert.equal(await enforced(team, own), team, "the same name elsewhere is not believed");

    await here.scraped(`podMonitor/${scenario.namespace}/chat-r1/0`);
    await prometheus.run(scenario.namespace);
    await prometheus.reads(here.inFlight, LOAD);
    const [series] = await prometheus.query(RUNNING);
    const [pod] = await scenario.podsOf("chat");
    for (const [label, value] of Object.entries({ ...asked(scenario.namespace), pod: pod!.metadata.name })) {
      assert.equal(series!.metric[label], value, label);
    }
  });

  it("lets one object of the models' namespace see the whole cluster, by its name and nowhere else", async () => {
    const { scenario, prometheus, team } = here;
    const spec = { groups: fleetGroups({ namespace: scenario.namespace, stack: "e2e" }) };
    await here.apply("PrometheusRule", FLEET, scenario.namespace, spec);
    await here.apply("PrometheusRule", `${FLEET}.more`, scenario.namespace, spec);
    await here.apply("PrometheusRule", FLEET, team, spec);
    const written = (where: string, name: string): Promise<Rule> =>
      eventually(`${where}/${name} among the operator's rules`, async () => {
        const files = Object.entries(await prometheus.ruleFiles());
        const own = files.find(([file]) =>
          new RegExp(`^${where}-${name.replaceAll(".", "\\.")}-[0-9a-f]{8}-`).test(file),
        );
        return own && (parse(own[1]) as { groups: { rules: Rule[] }[] }).groups[0]!.rules[0]!;
      });
    const fleet = await written(scenario.namespace, FLEET);
    assert.equal(fleet.expr, spec.groups[0]!.rules[0]!.expr);
    assert.equal(fleet.labels["namespace"], scenario.namespace);
    for (const [where, name] of [
      [scenario.namespace, `${FLEET}.more`],
      [team, FLEET],
    ] as const) {
      const { expr, labels } = await written(where, name);
      assert.match(expr, new RegExp(`kube_node_labels\\{[^}]*namespace="${where}"`), `${where}/${name}`);
      assert.equal(labels["namespace"], where, `${where}/${name}`);
    }
  });

  it("lets the operator do its work without a Secret of any other namespace", async () => {
    const { scenario, prometheus, team } = here;
    const home = prometheus.namespace;
    const account = (name: string) => `${home}:kube-prometheus-stack-${name}`;
    for (const verb of ["get", "list", "watch", "create", "update"]) {
      assert.ok(await may(account("operator"), verb, "secrets", home), verb);
      for (const where of [scenario.namespace, team, "kube-system", ""]) {
        for (const name of ["operator", "grafana", "prometheus", "admission"]) {
          assert.ok(!(await may(account(name), verb, "secrets", where)), `${name} ${verb} ${where}`);
        }
        assert.ok(!(await may(account("operator"), verb, "apps/statefulsets", where)), `${verb} ${where}`);
      }
    }
    assert.ok(await may(account("grafana"), "list", "configmaps", ""));
    // Configuration, rules and a StatefulSet are the work; it has made them as its account, or this would not begin.
    await eventually("the StatefulSet", async () =>
      (await scenario.cluster.list("apps/v1", "StatefulSet", { namespace: home })).length === 1 ? true : undefined,
    );
  });

  it("lets rules move little where nothing enforces their namespace, as in a Prometheus that was there before", async () => {
    const { scenario, prometheus } = here;
    const [finding, copied, , , following] = rulesAgainst(scenario.namespace);
    await here.scraped(`podMonitor/${scenario.namespace}/chat-r1/0`);
    await prometheus.run(scenario.namespace, { "rules.yaml": stringify(groups([finding!, copied!])) });
    await prometheus.reads(here.inFlight, LOAD);
    await eventually("the rules' series", async () =>
      (await prometheus.query(`${RUNNING}{namespace="${scenario.namespace}"} == ${MADE_UP}`)).length === 2
        ? true
        : undefined,
    );
    await prometheus.reads(here.inFlight, LOAD);

    // What says that it is a pod which is scraped counts as no more than a full one.
    await prometheus.run(scenario.namespace, { "rules.yaml": stringify(groups([following!])) });
    await prometheus.reads(here.inFlight, contractOf().concurrency.sequences);
  });
});
