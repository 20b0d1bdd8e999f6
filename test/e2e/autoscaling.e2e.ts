/**
 * The whole way of a load: vLLM's metrics, Prometheus' scrape by our PodMonitor, KEDA's query, the autoscaler, the scheduler.
 *
 * Only the windows are other than a stack's: five minutes of stabilisation become half a minute here.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { inFlightTarget } from "../../components/derive/scaling.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import { running, until } from "../../tools/local/processes.js";
import { prometheusIsReady, prometheusUrl, startPrometheus } from "../../tools/local/prometheus.js";
import { type Config, contractOf } from "../serving/fixtures.js";
import { eventually, GROUPS, model, type Pod, Scenario } from "./scenario.js";
import { binaries, FOLDERS, world } from "./world.js";

const MAX = 5;
const groups = { inference: { ...GROUPS.inference, max: 10 } };
const scaled = (min = 1) => model({ autoscaling: { min, max: MAX } });

/** Requests in flight that a replica of these models aims at: 12, for 16 sequences. */
const TARGET = inFlightTarget(contractOf());

/** From a load's change to a decision: a scrape in 5 s, KEDA's poll in 15 s, the autoscaler's in 5 s, and a busy machine. */
const DECISION_SECONDS = 60;
const WINDOW_SECONDS = 30;

interface Autoscaler extends KubernetesObject {
  spec: {
    minReplicas?: number;
    maxReplicas: number;
    behavior: { scaleDown: { stabilizationWindowSeconds: number; policies: object[] } };
  };
  status?: { desiredReplicas?: number; currentMetrics?: { external?: { current?: { averageValue?: string } } }[] };
}

/** Models that are scraped. */
async function scrapedModels(models: Config): Promise<Scenario> {
  const scenario = await Scenario.of({ models, groups });
  await scenario.scraped();
  return scenario;
}

function autoscaler(scenario: Scenario, name: string): Promise<Autoscaler> {
  return eventually("the autoscaler", () =>
    scenario.cluster.get<Autoscaler>(
      scenario.reference("autoscaling/v2", "HorizontalPodAutoscaler", `keda-hpa-${name}`),
    ),
  );
}

async function replicas(scenario: Scenario, name: string): Promise<number> {
  return (await scenario.deployment(name)).spec.replicas ?? 1;
}

async function untilReplicas(
  scenario: Scenario,
  name: string,
  wanted: number,
  seconds = DECISION_SECONDS,
): Promise<void> {
  await eventually(
    `${wanted} replicas of ${name}`,
    async () => ((await replicas(scenario, name)) === wanted ? true : undefined),
    { seconds, instead: async () => [await replicas(scenario, name), (await autoscaler(scenario, name)).status] },
  );
}

/** Looks every second whether chat keeps its replicas. */
async function holds(scenario: Scenario, wanted: number, seconds: number): Promise<void> {
  const since = Date.now();
  while (Date.now() - since < seconds * 1000) {
    assert.equal(await replicas(scenario, "chat-r1"), wanted, `after ${Date.now() - since} ms`);
    await sleep(1000);
  }
}

/** Waits until the autoscaler has read every metric once: before, it decides nothing. */
async function ready(scenario: Scenario, ...names: string[]): Promise<void> {
  for (const name of names) {
    await eventually(
      "metrics",
      async () => (await autoscaler(scenario, name)).status?.currentMetrics?.[0]?.external?.current?.averageValue,
      {
        seconds: DECISION_SECONDS,
      },
    );
  }
}

/** The windows of the tests, in place of those of production; KEDA hands them to the autoscaler. */
async function shorten(scenario: Scenario, name: string): Promise<void> {
  const behavior = {
    scaleDown: {
      stabilizationWindowSeconds: WINDOW_SECONDS,
      policies: [{ type: "Pods", value: 4, periodSeconds: 15 }],
    },
    scaleUp: { policies: [{ type: "Pods", value: 4, periodSeconds: 15 }] },
  };
  await scenario.cluster.patch(scenario.reference("keda.sh/v1alpha1", "ScaledObject", name), {
    spec: { advanced: { horizontalPodAutoscalerConfig: { behavior } } },
  });
  await eventually("the shorter window", async () => {
    const { spec } = await autoscaler(scenario, name);
    return spec.behavior.scaleDown.stabilizationWindowSeconds === WINDOW_SECONDS ? true : undefined;
  });
}

describe("autoscaling, from vLLM's metrics to pods on nodes", function () {
  this.timeout(300_000);

  it("hands the contract's bounds and windows to the real autoscaler", async () => {
    const scenario = await scrapedModels({ chat: scaled(2) });
    const { spec } = await autoscaler(scenario, "chat-r1");
    assert.equal(spec.minReplicas, 2);
    assert.equal(spec.maxReplicas, MAX);
    assert.equal(spec.behavior.scaleDown.stabilizationWindowSeconds, 300);
    assert.deepEqual(spec.behavior.scaleDown.policies, [{ type: "Pods", value: 1, periodSeconds: 120 }]);
  });

  it("wants the replicas that the contract implies, for the loaded model alone, and lets them go after the window", async () => {
    const scenario = await scrapedModels({ chat: scaled(), other: scaled() });
    await ready(scenario, "chat-r1", "other-r1");
    await shorten(scenario, "chat-r1");

    // All of it meets one replica, which has most of it wait.
    await scenario.load("chat", 3 * TARGET + 1);
    await untilReplicas(scenario, "chat-r1", 4);
    await scenario.scheduled("chat", 4);
    await holds(scenario, 4, 20);
    assert.equal(await replicas(scenario, "other-r1"), 1, "another model does not see the load");

    await scenario.load("chat", 0);
    // The window counts from the autoscaler's last look at the load, which may be some seconds old.
    await holds(scenario, 4, WINDOW_SECONDS - 5);
    await untilReplicas(scenario, "chat-r1", 1);
    assert.equal((await scenario.scheduled("chat", 1)).length, 1);
  });

  it("never wants more than the contract's most", async () => {
    const scenario = await scrapedModels({ chat: scaled() });
    await ready(scenario, "chat-r1");
    await shorten(scenario, "chat-r1");
    // What one replica does not take, it refuses: more come as replicas do.
    await scenario.load("chat", 100 * TARGET);
    await untilReplicas(scenario, "chat-r1", MAX);
  });

  it("scales up on KV cache alone, while hardly a request runs", async () => {
    const scenario = await scrapedModels({ chat: scaled() });
    await ready(scenario, "chat-r1");
    await scenario.load("chat", 2, 1);
    // The whole cache of one replica, at 85 % a replica.
    await untilReplicas(scenario, "chat-r1", 2);
    await scenario.scheduled("chat", 2);
    // Half a cache each is enough.
    await holds(scenario, 2, 20);
  });

  it("holds its replicas when Prometheus is gone, and goes on when it is back", async () => {
    const scenario = await scrapedModels({ chat: scaled() });
    await ready(scenario, "chat-r1");
    await shorten(scenario, "chat-r1");
    await scenario.load("chat", 3 * TARGET);
    await untilReplicas(scenario, "chat-r1", 3);

    const prometheus = running(FOLDERS).find(({ command }) => command.startsWith(binaries().prometheus))!;
    process.kill(prometheus.pid, "SIGKILL");
    try {
      await eventually(
        "the fallback",
        async () => {
          const scaler = await scenario.get<Pod>("keda.sh/v1alpha1", "ScaledObject", "chat-r1");
          return scaler.status?.conditions?.find(({ type, status }) => type === "Fallback" && status === "True");
        },
        { seconds: 120 },
      );
      await holds(scenario, 3, WINDOW_SECONDS + 15);
    } finally {
      const { prometheus: port } = world().ports;
      const again = startPrometheus(binaries(), FOLDERS, port);
      await until("Prometheus", () => prometheusIsReady(prometheusUrl(FOLDERS, port)), { processes: [again] });
    }
    await scenario.load("chat", 4 * TARGET);
    await untilReplicas(scenario, "chat-r1", 4);
  });

  it("brings up a canary for the load that its next stage gives it, before it has a request", async () => {
    const chat = scaled() as { releases: { r1: object } };
    const route = { stable: "r1", canary: { release: "r2", weight: 25 } };
    const scenario = await scrapedModels({
      chat: { ...chat, route, releases: { ...chat.releases, r2: chat.releases.r1 } },
    });
    await ready(scenario, "chat-r1", "chat-r2");
    // The model's Service leads to the stable release alone.
    await scenario.load("chat", 2 * TARGET + 1);
    await untilReplicas(scenario, "chat-r1", 3);
    await untilReplicas(scenario, "chat-r2", 3);
  });
});
