/** What a stack has beside its models: dashboards, a cache; and the probe from outside. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { probeJob } from "../../../tools/verify/probe.js";
import type { ConfigMap } from "../../../tools/verify/objects.js";
import { typeOfProduct } from "../../../tools/verify/gpuProduct.js";
import { endWorlds, NODE, World } from "./world.js";

const log = (control: string, found: object): string => `warming up\n${JSON.stringify({ control, found })}\n`;

describe("what npm run verify finds of a stack's own", () => {
  let world: World;
  afterEach(() => world?.stop());
  after(endWorlds);

  describe("a cache", () => {
    beforeEach(async () => {
      world = await World.of({ cache: { kind: "claim", name: "weights" } });
    });

    it("passes where every fill is complete", async () => {
      assert.equal(await world.result("test cache"), "pass: 1 fill complete");
    });

    it("fails for a fill that has failed, has not ended, or is not there", async () => {
      const [job] = world.api.of("Job");
      const { name } = job!.metadata;
      job!["status"] = {
        conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "again" }],
      };
      assert.equal(await world.result("test cache"), `fail: Job ${name}: Failed is True (BackoffLimitExceeded): again`);
      job!["status"] = { active: 1 };
      assert.equal(await world.result("test cache"), `fail: Job ${name} has not ended yet`);
      world.api.remove("Job", name);
      assert.equal(await world.result("test cache"), `fail: no Job ${name}`);
    });
  });

  it("fails for nodes that have not filled their cache yet", async () => {
    world = await World.of({ cache: { kind: "node", path: "/mnt/k8s-disks/0/pulumi-vllm", budgetGiB: 200 } });
    assert.equal(await world.result("test cache"), "pass: 1 DaemonSet ready");
    const [set] = world.api.of("DaemonSet");
    set!["status"] = { desiredNumberScheduled: 2, numberReady: 1 };
    assert.equal(await world.result("test cache"), `fail: DaemonSet ${set!.metadata.name} is ready on 1 of 2 nodes`);
    world.api.remove("DaemonSet", set!.metadata.name);
    assert.equal(await world.result("test cache"), `fail: no DaemonSet ${set!.metadata.name}`);
  });

  describe("dashboards", () => {
    const name = "vllm-fleet-test";

    beforeEach(async () => {
      world = await World.of();
    });

    it("pass where they are there with their labels", async () => {
      assert.equal(await world.result("test dashboards"), "pass: 6 dashboards");
    });

    it("are skipped, as rules are, where the stack makes none", async () => {
      const other = await World.of({ platform: { prometheus: { monitors: "annotations" } } });
      try {
        const results = await other.results();
        assert.equal(results["test dashboards"], "skip: the stack has no dashboards");
        assert.equal(results["test rules"], undefined);
      } finally {
        other.stop();
      }
    });

    it("fail where one lacks its label, is another one, or is missing", async () => {
      const there = world.api.find("ConfigMap", name) as ConfigMap;
      const { labels } = there.metadata;
      there.metadata.labels = {};
      assert.match(
        await world.result("test dashboards"),
        /^fail: ConfigMap vllm\/vllm-fleet-test lacks .*grafana_dashboard=1: the sidecar may pass it over$/,
      );
      there.metadata.labels = labels!;
      there.data = { "fleet.json": '{ "panels": [1] }' };
      assert.deepEqual(await world.failures(), {
        "test dashboards": `fail: ConfigMap vllm/${name} has another dashboard than the stack`,
      });
      world.api.remove("ConfigMap", name);
      assert.deepEqual(await world.failures(), {
        "test dashboards": `fail: no ConfigMap vllm/${name}`,
        "test objects": `fail: no ConfigMap vllm/${name}`,
      });
    });
  });

  describe("the probe", () => {
    beforeEach(async () => {
      world = await World.of();
    });

    const probed = () => world.results({ probe: true });

    it("passes where a pod outside gets no answer, and leaves nothing", async () => {
      let made: KubernetesObject | undefined;
      world.api.jobEnds = (job) => {
        made = structuredClone(job);
        return { type: "Complete", log: log("open", { "chat-r1-1": "no answer" }) };
      };
      const results = await probed();
      assert.equal(
        results["chat-r1 network"],
        "pass: chat-r1-1 cannot be reached from a pod in namespace default: no answer",
      );
      assert.deepEqual(world.api.of("Job"), []);
      assert.match(made!.metadata.name, /^test-verify-[0-9a-f]{8}$/);
      assert.equal(made!.metadata.namespace, "default");
    });

    it("fails where one gets through", async () => {
      world.api.jobEnds = () => ({ type: "Complete", log: log("open", { "chat-r1-1": "open" }) });
      assert.equal(
        (await probed())["chat-r1 network"],
        "fail: chat-r1-1 can be reached from a pod in namespace default",
      );
    });

    it("proves nothing where its own namespace lets nothing out", async () => {
      world.api.jobEnds = () => ({ type: "Complete", log: log("no answer", { "chat-r1-1": "no answer" }) });
      assert.match(
        (await probed())["chat-r1 network"]!,
        /^skip: proves nothing: .* since namespace default lets nothing out/,
      );
    });

    it("fails where the Job does or says something else, and removes it all the same", async () => {
      world.api.jobEnds = () => ({ type: "Failed", log: "no python3" });
      assert.match(
        (await probed())["chat-r1 network"]!,
        /^fail: Job default\/test-verify-\w+ failed \(as told\): no python3$/,
      );
      world.api.jobEnds = () => ({ type: "Complete", log: "hello" });
      assert.equal((await probed())["chat-r1 network"], 'fail: the probe said "hello" in place of what it found');
      world.api.jobEnds = undefined;
      assert.match(
        (await world.results({ probe: true, timeout: 0.3 }))["chat-r1 network"]!,
        /^fail: Job default\/test-verify-\w+ has not ended in 0\.3 s: its pod runs$/,
      );
      assert.deepEqual(world.api.of("Job"), []);
    });

    it("is skipped where no Job may be made", async () => {
      world.api.forbidden.add("create Job");
      assert.match((await probed())["chat-r1 network"]!, /^skip: may not be read: .*cannot create resource "jobs"/);
    });

    it("is removed when somebody ends the command", async () => {
      const ending = world.run({ probe: true });
      while (world.api.of("Job").length === 0) await new Promise((done) => setTimeout(done, 20));
      process.emit("SIGINT");
      await assert.rejects(ending, { name: "Failure", message: "interrupted: nothing was left in the cluster" });
      assert.deepEqual(world.api.of("Job"), []);
    });

    it("runs on the node of a pod, with its image, within the restricted standard, and under no label that lets it in", () => {
      const job = probeJob("Prod.EU", "default", world.pod(), { addresses: {}, seconds: 3 }, 30);
      assert.equal(job.metadata.name, "prod-eu-verify");
      const { template, ...spec } = job["spec"] as Record<string, unknown> & {
        template: { metadata?: object; spec: Record<string, unknown> & { containers: Record<string, unknown>[] } };
      };
      assert.deepEqual(spec, { backoffLimit: 0, activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 300 });
      assert.equal(template.metadata, undefined);
      assert.match(JSON.stringify(template.spec["affinity"]), new RegExp(`"metadata.name".*"${NODE}"`));
      assert.deepEqual(template.spec["tolerations"], world.pod().spec.tolerations);
      const [container] = template.spec.containers;
      assert.equal(container!["image"], world.pod().spec.containers[0]!.image);
      assert.deepEqual(template.spec["securityContext"], {
        runAsNonRoot: true,
        runAsUser: 2000,
        runAsGroup: 2000,
        fsGroup: 2000,
        seccompProfile: { type: "RuntimeDefault" },
      });
    });

    it("tells an open port from a closed one", async function () {
      if (spawnSync("python3", ["--version"]).status !== 0) {
        if (process.env["CI"] !== undefined) throw new Error("python3 is missing");
        return this.skip();
      }
      const server = createServer().listen(0, LOOPBACK);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      try {
        const addresses = { open: [LOOPBACK, port], closed: [LOOPBACK, 1] };
        const job = probeJob("test", "default", world.pod(), { addresses, seconds: 1 }, 30);
        const { containers } = (
          job["spec"] as {
            template: { spec: { containers: { command: string[]; env: { name: string; value: string }[] }[] } };
          }
        ).template.spec;
        const { command, env } = containers[0]!;
        const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
        const { stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
          encoding: "utf8",
          env: {
            ...process.env,
            ...variables,
            KUBERNETES_SERVICE_HOST: LOOPBACK,
            KUBERNETES_SERVICE_PORT: String(port),
          },
        });
        assert.equal(stderr, "");
        assert.deepEqual(JSON.parse(stdout), { control: "open", found: { open: "open", closed: "refused" } });
      } finally {
        server.close();
      }
    });
  });
});

describe("the product of a GPU", () => {
  const PRODUCTS: [product: string, type: string | undefined][] = [
    ["NVIDIA-L4", "l4"],
    ["NVIDIA-L40S", "l40s"],
    ["Tesla-T4", "t4"],
    ["NVIDIA-A10G", "a10g"],
    ["NVIDIA-A100-SXM4-40GB", "a100-40"],
    ["NVIDIA-A100-SXM4-80GB", "a100-80"],
    ["NVIDIA-H100-80GB-HBM3", "h100"],
    ["NVIDIA-H100-NVL", "h100-nvl"],
    ["NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition", "rtx-pro-6000"],
    ["NVIDIA-L4-SHARED", "l4"],
    ["NVIDIA-GeForce-RTX-4090", undefined],
  ];
  for (const [product, type] of PRODUCTS) {
    it(`${product} is ${type ?? "of no table"}`, () => assert.equal(typeOfProduct(product), type));
  }
});
