import assert from "node:assert/strict";
import { LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { GPU_RESOURCE, GPU_TAINT, NODE_LABELS, WORKLOADS } from "../../components/vocabulary/nodes.js";
import { SYSTEM_NODE_LABELS } from "../../components/cluster/nodes/nodeGroup.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import { eventually, GROUPS, model, OWN_NODES, type Pod, Scenario } from "./scenario.js";

/** Nodes of the scenario that its pods are on, by the end of their names. */
function nodesOf(pods: readonly Pod[]): string[] {
  return pods.map(({ spec }) => spec.nodeName!.replace(/^e2e-\d+-\d+-/, "")).sort();
}

function condition({ status }: Pod): string {
  return status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False")?.message ?? "";
}

/** A pod of somebody else, that asks for a GPU or does not. */
function foreignPod({ namespace }: Scenario, name: string, spec: object): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      ...spec,
    },
  };
}

function container(resources: Record<string, string>): object {
  return {
    name: "main",
    image: "registry.k8s.io/pause:3.10",
    resources: { requests: resources, limits: resources },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
}

/** Somebody's pod that may go where interactive models run, and wants their GPU. */
function rival(scenario: Scenario): KubernetesObject {
  return foreignPod(scenario, "rival", {
    nodeSelector: { [NODE_LABELS.workload]: WORKLOADS.inference, [OWN_NODES]: scenario.namespace },
    tolerations: [GPU_TAINT.key, OWN_NODES, LOCAL_RUN].map((key) => ({ key, operator: "Exists" })),
    containers: [container({ [GPU_RESOURCE]: "1" })],
  });
}

function created(scenario: Scenario, name: string): Promise<Pod> {
  return scenario.get<Pod>("v1", "Pod", name);
}

/** Waits until the scheduler has refused a pod, and gives its reason. */
function refused(read: () => Promise<Pod | undefined>): Promise<string> {
  return eventually("the scheduler's refusal", async () => {
    const pod = await read();
    return (pod === undefined ? "" : condition(pod)) || undefined;
  });
}

describe("placement by a real scheduler", () => {
  it("puts interactive models on on-demand nodes, batch and experimental ones on spot nodes, and nothing else there", async () => {
    const scenario = await Scenario.of({
      models: {
        chat: model({ autoscaling: { min: 2, max: 2 } }),
        nightly: model({ class: "batch" }),
        trial: model({ class: "experimental" }),
      },
      groups: { ...GROUPS, batch: { ...GROUPS.batch, max: 2 } },
    });
    assert.deepEqual(nodesOf(await scenario.scheduled("chat", 2)), ["inference-1", "inference-2"]);
    const spot = [...(await scenario.scheduled("nightly", 1)), ...(await scenario.scheduled("trial", 1))];
    assert.deepEqual(nodesOf(spot), ["batch-1", "batch-2"]);

    // Of the stack's own surroundings: what keeps it away must be the taints of GPU nodes, not that a node is simulated.
    const tolerations = [{ key: LOCAL_RUN, operator: "Exists" }];
    const plain = foreignPod(scenario, "plain", { tolerations, containers: [container({ cpu: "10m" })] });
    await scenario.cluster.create(plain);
    await scenario.cluster.create(foreignPod(scenario, "stranger", { containers: [container({ cpu: "10m" })] }));
    const reason = await refused(() => created(scenario, "plain"));
    const [, all, tainted] =
      /^0\/(\d+) nodes are available: (\d+) node\(s\) had untolerated taint\(s\)/.exec(reason) ?? [];
    assert.equal(tainted, all, reason);

    const name = `${scenario.namespace}-system`;
    const system = {
      group: "system",
      zone: "us-east-1a",
      instanceType: "m7i.large",
      cpus: 2,
      memoryGiB: 8,
      diskGiB: 50,
    };
    await scenario.addNode({
      ...system,
      name,
      labels: SYSTEM_NODE_LABELS,
      taints: [],
      gpus: 0,
      gpuResource: "nvidia.com/gpu",
    });
    assert.equal(await eventually("its node", async () => (await created(scenario, "plain")).spec.nodeName), name);
    // Nothing would run there.
    await refused(() => created(scenario, "stranger"));
    assert.equal((await created(scenario, "stranger")).spec.nodeName, undefined);
  });

  it("leaves a pod pending that asks for a GPU type which no node has, and says so in an event", async () => {
    const groups = { ...GROUPS, large: { ...GROUPS.inference, gpu: "l40s", instanceTypes: ["g6e.2xlarge"] } };
    const scenario = await Scenario.of({
      models: { chat: model(), large: model({ releases: { r1: { gpu: { type: "l40s" } } } }) },
      // The group is described, and has no node yet.
      groups: GROUPS,
      described: groups,
    });
    await scenario.scheduled("chat", 1);
    const event = await scenario.event("Pod", /^large-r1-/, "FailedScheduling");
    assert.match(event.message!, /^0\/\d+ nodes are available/);
    assert.match(event.message!, /didn't match Pod's node affinity\/selector/);
    assert.deepEqual(
      (await scenario.podsOf("large")).map(({ status }) => status?.phase),
      ["Pending"],
    );
  });

  it("has the warm spare give way to the next replica at once", async () => {
    const values = (min: number) => ({
      models: { chat: model({ autoscaling: { min, max: min }, warmSpares: 1 }) },
      groups: { inference: GROUPS.inference },
    });
    const scenario = await Scenario.of(values(1));
    const [spare] = await scenario.scheduled("chat", 1, "spare");
    const [first] = await scenario.scheduled("chat", 1);
    assert.notEqual(spare!.spec.nodeName, first!.spec.nodeName);

    await scenario.apply(values(2));
    assert.deepEqual(nodesOf(await scenario.scheduled("chat", 2)), ["inference-1", "inference-2"]);
    const event = await scenario.event("Pod", new RegExp(`^${spare!.metadata.name}$`), "Preempted");
    assert.match(event.message!, /Preempted by pod/);
    const waiting = await eventually("another spare", async () => (await scenario.podsOf("chat", "spare"))[0]);
    assert.equal(waiting.spec.nodeName, undefined, "it waits for a node to hold");
  });

  it("lets an interactive model take the node of a pod without a priority, and never the other way round", async () => {
    const groups = { ...GROUPS, inference: { ...GROUPS.inference, max: 1 } };
    const trial = model({ class: "experimental" });
    const scenario = await Scenario.of({ models: { trial }, groups });
    await scenario.cluster.create(rival(scenario));
    await eventually("the rival's node", async () => (await created(scenario, "rival")).spec.nodeName);

    await scenario.apply({ models: { trial, chat: model() }, groups });
    assert.deepEqual(nodesOf(await scenario.scheduled("chat", 1)), ["inference-1"]);
    await scenario.event("Pod", /^rival$/, "Preempted");

    const [before] = await scenario.podsOf("chat");
    await eventually("the rival's end", async () => ((await scenario.pods()).length === 2 ? true : undefined));
    await scenario.cluster.create(rival(scenario));
    assert.match(await refused(() => created(scenario, "rival")), /Insufficient nvidia\.com\/gpu/);
    assert.deepEqual(
      (await scenario.podsOf("chat")).map(({ metadata }) => metadata.uid),
      [before!.metadata.uid],
    );
  });

  it("gives a spot node to a batch model before an experimental one", async () => {
    // Two nodes are described, of which one is there: the other has no spot capacity.
    const groups = { groups: { batch: GROUPS.batch }, described: { batch: { ...GROUPS.batch, max: 2 } } };
    const trial = model({ class: "experimental" });
    const scenario = await Scenario.of({ models: { trial }, ...groups });
    await scenario.scheduled("trial", 1);
    await scenario.apply({ models: { trial, nightly: model({ class: "batch" }) }, ...groups }, {}, 1);
    assert.deepEqual(nodesOf(await scenario.scheduled("nightly", 1)), ["batch-1"]);
    assert.match(await refused(async () => (await scenario.podsOf("trial"))[0]), /Insufficient nvidia\.com\/gpu/);
  });

  it("keeps a namespace within its quota of GPUs, and names quota and request in an event", async () => {
    const values = (min: number) => ({ models: { chat: model({ autoscaling: { min, max: min } }) } });
    const scenario = await Scenario.of(values(1));
    await scenario.scheduled("chat", 1);
    await scenario.cluster.create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "gpus", namespace: scenario.namespace },
      spec: { hard: { [`requests.${GPU_RESOURCE}`]: "1" } },
    });
    await eventually("the quota's count", async () => {
      const quota = await scenario.get<KubernetesObject & { status?: { used?: object } }>(
        "v1",
        "ResourceQuota",
        "gpus",
      );
      return quota.status?.used;
    });
    await scenario.apply(values(2), {}, 1);
    const event = await scenario.event("ReplicaSet", /^chat-r1-/, "FailedCreate");
    assert.match(
      event.message!,
      /exceeded quota: gpus, requested: requests\.nvidia\.com\/gpu=1, used: .*=1, limited: .*=1/,
    );
    assert.equal((await scenario.podsOf("chat")).length, 1);
  });
});
