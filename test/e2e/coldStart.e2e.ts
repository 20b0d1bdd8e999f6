/** The rules of a release's cold starts, by a real Prometheus that scrapes what kube-state-metrics would say of its pods. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import { coldStartRuleSpec } from "../../components/serving/coldStart.js";
import { LOOPBACK, namedPorts } from "../../tools/local/ports.js";
import { type Started, start, until } from "../../tools/local/processes.js";
import { prometheusIsReady } from "../../tools/local/prometheus.js";
import { contractOf } from "../serving/fixtures.js";
import { eventually } from "./scenario.js";
import { binaries, FOLDERS } from "./world.js";

const REVISION = "0123456789012345678901234567890123456789";
const CREATED = 1_800_000_000;

interface Times {
  scheduled: number;
  started?: number;
  /** Since when Ready is what it is. */
  readiness?: number;
  ready: boolean;
}

/** What kube-state-metrics says of a pod. @param times in seconds after its creation */
function series(pod: string, release: string, { scheduled, started, readiness, ready }: Times): string {
  const of = `namespace="models",pod="${pod}",uid="${pod}"`;
  const labels = [
    'label_app_kubernetes_io_instance="chat"',
    `label_pulumi_vllm_dev_release="${release}"`,
    `label_pulumi_vllm_dev_revision="${REVISION}"`,
  ];
  return [
    `kube_pod_labels{${of},${labels.join(",")}} 1`,
    `kube_pod_created{${of}} ${CREATED}`,
    `kube_pod_status_scheduled_time{${of}} ${CREATED + scheduled}`,
    ...(started === undefined ? [] : [`kube_pod_container_state_started{${of},container="vllm"} ${CREATED + started}`]),
    `kube_pod_container_state_started{${of},container="sidecar"} ${CREATED + 1}`,
    // The time is there whatever the condition is.
    ...(readiness === undefined ? [] : [`kube_pod_status_ready_time{${of}} ${CREATED + readiness}`]),
    `kube_pod_status_ready{${of},condition="true"} ${ready ? 1 : 0}`,
    `kube_pod_status_ready{${of},condition="false"} ${ready ? 0 : 1}`,
    "",
  ].join("\n");
}

describe("the recorded parts of a cold start", function () {
  this.timeout(120_000);
  let exporter: Server;
  let prometheus: Started;
  let url: string;
  let metrics = "";

  before(async () => {
    exporter = createServer((_, response) =>
      response.setHeader("Content-Type", "text/plain; version=0.0.4").end(metrics),
    );
    exporter.listen(0, LOOPBACK);
    await once(exporter, "listening");
    const folder = join(FOLDERS.run, "cold-start");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "rules.yaml"), stringify(coldStartRuleSpec(contractOf(), "models")), { mode: 0o600 });
    const target = `${LOOPBACK}:${(exporter.address() as AddressInfo).port}`;
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: [join(folder, "rules.yaml")],
      scrape_configs: [{ job_name: "ksm", honor_labels: true, static_configs: [{ targets: [target] }] }],
    };
    const file = join(folder, "config.yml");
    writeFileSync(file, stringify(config), { mode: 0o600 });
    const { port } = await namedPorts("port");
    url = `http://${LOOPBACK}:${port}`;
    const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`];
    prometheus = start(
      "prometheus-cold-start",
      binaries().prometheus,
      [...args, `--web.listen-address=${LOOPBACK}:${port}`, "--log.level=warn"],
      FOLDERS,
    );
    await until("Prometheus", () => prometheusIsReady(url), { processes: [prometheus] });
  });
  after(() => {
    process.kill(prometheus.pid);
    exporter.close();
  });

  /** By pod and part. */
  async function recorded(): Promise<Record<string, number>> {
    const answer = await fetch(`${url}/api/v1/query?query=vllm_cold_start_seconds`);
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    for (const { metric } of data.result) {
      const { namespace, vllm_model, vllm_release, vllm_revision } = metric;
      assert.deepEqual([namespace, vllm_model, vllm_release, vllm_revision], ["models", "chat", "r1", REVISION]);
    }
    return Object.fromEntries(
      data.result.map(({ metric, value }) => [`${metric["pod"]} ${metric["part"]}`, +value[1]]),
    );
  }
  const becomes = (what: string, wanted: Record<string, number>): Promise<unknown> =>
    eventually(
      what,
      async () => {
        try {
          assert.deepEqual(await recorded(), wanted);
          return true;
        } catch {
          return undefined;
        }
      },
      { instead: recorded },
    );
  /** Several evaluations more. */
  const after5s = (): Promise<void> => new Promise((done) => setTimeout(done, 5000));

  const FIRST = { "a schedule": 90, "a prepare": 60, "a load": 150, "a total": 300 };

  it("are there once a replica is ready, and then stay, whatever becomes of its readiness", async () => {
    const other = series("x", "r2", { scheduled: 1, started: 2, readiness: 3, ready: true });
    metrics = other + series("a", "r1", { scheduled: 90, started: 150, readiness: 90, ready: false });
    await after5s();
    assert.deepEqual(await recorded(), {});

    metrics = other + series("a", "r1", { scheduled: 90, started: 150, readiness: 300, ready: true });
    await becomes("all parts", FIRST);

    // Readiness comes and goes, and the container is started again.
    metrics = other + series("a", "r1", { scheduled: 90, started: 150, readiness: 4000, ready: false });
    await after5s();
    assert.deepEqual(await recorded(), FIRST);
    metrics = other + series("a", "r1", { scheduled: 90, started: 5000, readiness: 5100, ready: true });
    await after5s();
    assert.deepEqual(await recorded(), FIRST);

    metrics += series("b", "r1", { scheduled: 2, started: 4, readiness: 24, ready: true });
    const second = { "b schedule": 2, "b prepare": 2, "b load": 20, "b total": 24 };
    await becomes("those of a second replica", { ...FIRST, ...second });

    metrics = series("b", "r1", { scheduled: 2, started: 4, readiness: 24, ready: true });
    await becomes("those of the pod that is left", second);
  });
});
