/** A cluster that is somebody else's: what is in it stays, byte for byte, whatever the commands do there. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOCAL_RUN } from "../../components/vocabulary/labels.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import { foldersOf, kubeconfigOf } from "../../tools/local/folders.js";
import { putOwn, withMark } from "../../tools/local/ownership.js";
import { running, stopAll } from "../../tools/local/processes.js";
import { readState } from "../../tools/local/state.js";
import { begin, checkout, endCheckouts, local, succeeded } from "./commandLine.js";
import {
  assertUntouched,
  type Foreign,
  keyOf,
  newIn,
  pictureOf,
  putTheirs,
  removeTheirs,
  settledPicture,
  startForeign,
  THEIRS,
} from "./foreign.js";
import { eventually } from "./scenario.js";
import { FOLDERS } from "./world.js";

const STAGING = { "app.kubernetes.io/part-of": "staging", "app.kubernetes.io/managed-by": "pulumi" };
const PROD = { "app.kubernetes.io/part-of": "prod", "app.kubernetes.io/managed-by": "pulumi" };

let foreign: Foreign;
const made: KubernetesObject[] = [];

async function put(...objects: KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    made.push(object);
    await putTheirs(foreign, object);
  }
}

function using(): string[] {
  return ["--kubeconfig", foreign.kubeconfig, "--context", "local"];
}

/** What carries the id of any run. */
async function marked(): Promise<string[]> {
  return [...(await pictureOf(foreign))]
    .filter(([, text]) => text.includes(LOCAL_RUN))
    .map(([key]) => key)
    .sort();
}

describe("somebody else's cluster", function () {
  // Three starts that are killed, beside other files of tests.
  this.timeout(600_000);

  before(async () => {
    foreign = await startForeign("others");
  });
  afterEach(async () => {
    await endCheckouts();
    await removeTheirs(foreign, made.splice(0));
    assert.deepEqual(await marked(), []);
  });
  after(() => foreign.end());

  it("is refused with every reason at once where anything has the stack's names or labels, and GPUs are real", async () => {
    await put(
      THEIRS.namespace("vllm", PROD),
      THEIRS.deployment("vllm", "chat-r1", PROD),
      THEIRS.secret("vllm", "chat-api-key", PROD),
      THEIRS.config("vllm", "settings", PROD),
      THEIRS.namespace("elsewhere"),
      THEIRS.deployment("elsewhere", "mine", STAGING),
      THEIRS.secret("elsewhere", "mine", STAGING),
      THEIRS.priorityClass("vllm-batch"),
      THEIRS.node("inference-l4-1"),
      THEIRS.node("worker", {}, 1),
    );
    const before = await settledPicture(foreign);
    const folder = checkout();
    const { code, stderr } = await local(folder, ["up", "staging", ...using(), "--yes"]);
    assert.equal(code, 2, stderr);
    for (const [what, whose] of [
      ["Namespace vllm", "of stack prod, managed by pulumi"],
      ["Deployment vllm/chat-r1", "of stack prod, managed by pulumi"],
      ["Secret vllm/chat-api-key", "of stack prod, managed by pulumi"],
      ["PriorityClass vllm-batch", 'made by "'],
      ["Node inference-l4-1", 'made by "'],
    ]) {
      assert.ok(stderr.includes(`${what} is there already, ${whose}`), `${what}: ${stderr}`);
    }
    assert.match(
      stderr,
      /objects of stack staging are there already, in namespace elsewhere, and would be taken for this one's \((Deployment|Secret) mine, (Deployment|Secret) mine\): use a cluster for tests/,
    );
    assert.match(stderr, /models would run on its own GPU nodes \(worker\): use a cluster for tests/);
    assert.match(stderr, /7 problems, nothing was done/);
    const now = await pictureOf(foreign);
    assertUntouched(before, now, "after the refusal");
    assert.deepEqual(newIn(before, now), []);
    assert.ok(!existsSync(foldersOf(folder).run));
  });

  it("is not touched before its context is named and somebody has said yes, having been shown what to", async () => {
    const before = await settledPicture(foreign);
    const folder = checkout();
    const unnamed = await local(folder, ["up", "staging", "--kubeconfig", foreign.kubeconfig, "--yes"]);
    assert.equal(unnamed.code, 2);
    assert.match(unnamed.stderr, /--context: has to say which cluster of .* is meant: use local/);
    const unasked = await local(folder, ["up", "staging", ...using()]);
    assert.equal(unasked.code, 2);
    assert.match(
      unasked.stderr,
      /Cluster: https:\/\/127\.0\.0\.1:\d+ \(context "local", user "admin"\); \d+ namespaces, 0 nodes\./,
    );
    assert.match(
      unasked.stderr,
      /To be made there, for stack staging in namespace vllm: 1 Namespace, .*4 Deployment, .*12 Node, 10 CustomResourceDefinition\./,
    );
    assert.match(unasked.stderr, /no terminal: call again with --yes/);
    const now = await pictureOf(foreign);
    assertUntouched(before, now, "unconfirmed");
    assert.deepEqual(newIn(before, now), []);
    assert.ok(!existsSync(foldersOf(folder).run));
  });

  it("keeps all that is in it while a stack is put beside it and taken out again, and gets its own nodes' pods alone", async () => {
    await put(
      THEIRS.namespace("elsewhere"),
      THEIRS.deployment("elsewhere", "waiting"),
      THEIRS.node("kwok-of-others", { "kwok.x-k8s.io/node": "fake" }, 4),
      THEIRS.definition("example.com", "widgets", "Widget"),
    );
    await put({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "one", namespace: "elsewhere" },
      size: 1,
    });
    const before = await settledPicture(foreign);
    const folder = checkout();
    const up = await succeeded(folder, "up", "staging", ...using(), "--yes", "--load", "0s", "--wait");
    assert.match(up.stdout, /export KUBECONFIG=.*\.local\/run\/kubeconfig/);
    assertUntouched(before, await pictureOf(foreign), "while it is up");
    const { run } = readState(foldersOf(folder))!;
    interface Placed extends KubernetesObject {
      spec: { nodeName?: string };
    }
    const pods = await foreign.cluster.list<Placed>("v1", "Pod");
    const nodes = await foreign.cluster.list("v1", "Node", { labels: { [LOCAL_RUN]: run } });
    assert.equal(nodes.length, 12);
    const own = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const { metadata, spec } of pods)
      assert.equal(own.has(spec.nodeName ?? ""), metadata.namespace === "vllm", `${metadata.name} on ${spec.nodeName}`);
    for (const name of ["kubeconfig", "state.json", "kwok.yaml"])
      assert.equal(statSync(join(foldersOf(folder).run, name)).mode & 0o777, 0o600, name);

    // What stays for others' sake.
    made.push(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "vllm" } },
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "scaledobjects.keda.sh" },
      },
    );

    // What comes later is theirs as well, also within what the run has made.
    await put(THEIRS.config("vllm", "left-here"));
    const scaled = {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: { name: "theirs", namespace: "elsewhere" },
    };
    await put({ ...scaled, spec: { scaleTargetRef: { name: "waiting" }, triggers: [{ type: "cron", metadata: {} }] } });
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "embed", namespace: "vllm" } };
    await foreign.cluster.patch(service, { metadata: { labels: { [LOCAL_RUN]: null } } });
    const taken = (await foreign.cluster.get(service))!;
    const unconfirmed = await local(folder, ["down"]);
    assert.equal(unconfirmed.code, 2);
    assert.match(unconfirmed.stderr, /Cluster: https:.*All that was made there for stack staging is taken out\./);
    assert.equal((await foreign.cluster.list("apps/v1", "Deployment", { namespace: "vllm" })).length, 4);

    const down = await succeeded(folder, "down", "--yes");
    assert.match(
      down.stdout,
      /Namespace vllm stays, for there is something of others in it: ConfigMap vllm\/left-here, Service vllm\/embed/,
    );
    assert.match(
      down.stdout,
      /CustomResourceDefinition scaledobjects\.keda\.sh stays, for others use it: ScaledObject elsewhere\/theirs/,
    );
    const now = await settledPicture(foreign);
    assertUntouched(before, now, "after down");
    assert.deepEqual((await foreign.cluster.get(service))!, taken);
    assert.notEqual(await foreign.cluster.get(scaled), undefined);
    assert.deepEqual(
      await marked(),
      ["apiextensions.k8s.io/v1 CustomResourceDefinition  scaledobjects.keda.sh", "v1 Namespace  vllm"].sort(),
    );
    assert.deepEqual(await foreign.cluster.list("v1", "Pod", { namespace: "vllm" }), []);
    assert.deepEqual(
      (await foreign.cluster.list("v1", "Node")).map(({ metadata }) => metadata.name),
      ["kwok-of-others"],
    );
    const leases = await foreign.cluster.list("coordination.k8s.io/v1", "Lease", { namespace: "kube-node-lease" });
    assert.deepEqual(
      leases.map(({ metadata }) => metadata.name),
      ["kwok-of-others"],
    );
    assert.deepEqual(running(foldersOf(folder)), []);
  });

  for (const [what, group, resource] of [
    ["the stack's Services", "", "services"],
    ["custom resources", "apiextensions.k8s.io", "customresourcedefinitions"],
    ["nodes", "", "nodes"],
  ] as const) {
    it(`is as it was after an up that was refused half-way, for ${what}, and a down`, async () => {
      await put(...THEIRS.refusal(group, resource));
      const before = await settledPicture(foreign);
      const folder = checkout();
      const up = await eventually("the policy", async () => {
        const ended = await local(folder, ["up", "staging", ...using(), "--yes", "--load", "0s"]);
        // The API server takes a while to follow a new policy.
        if (ended.code !== 0) return ended;
        await succeeded(folder, "down", "--yes");
        return undefined;
      });
      assert.equal(up.code, 1, up.stderr);
      assert.match(up.stderr, /none of these here/);
      assertUntouched(before, await pictureOf(foreign), "after the failure");
      assert.equal(readState(foldersOf(folder))?.stack, "staging", "there is a record of it");
      await succeeded(folder, "down", "--yes");
      const now = await settledPicture(foreign);
      assertUntouched(before, now, "after down");
      assert.deepEqual(newIn(before, now), []);
    });
  }

  it("is as it was after an up that was killed at any moment, and a down", async () => {
    const before = await settledPicture(foreign);
    for (const [version, moment] of [
      ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
      ["v1", "Node"],
      ["apps/v1", "Deployment"],
    ] as const) {
      const folder = checkout();
      const { child, ended } = begin(folder, ["up", "staging", ...using(), "--yes", "--load", "0s"]);
      // One kind alone is looked at: a picture of everything takes longer than what the command has left to do.
      await eventually(`a ${moment}`, async () => {
        const found = await foreign.cluster.list(version, moment);
        return found.some((object) => !before.has(keyOf(object))) ? true : undefined;
      });
      child.kill("SIGKILL");
      // Where the machine is slow it may have ended by itself: that is a moment, too.
      await ended;
      await stopAll(foldersOf(folder));
      await succeeded(folder, "down", "--yes");
      const now = await settledPicture(foreign);
      assertUntouched(before, now, `after ${moment}`);
      assert.deepEqual(newIn(before, now), [], `after ${moment}`);
    }
  });

  it("keeps an object that somebody makes between the look and the write", async () => {
    const theirs = THEIRS.deployment("default", "chat-r1", PROD);
    await put(theirs);
    const before = await settledPicture(foreign);
    const ours = withMark(THEIRS.deployment("default", "chat-r1", STAGING), "0123456789abcdef");
    await assert.rejects(putOwn(foreign.cluster, ours, "0123456789abcdef", undefined, false), {
      name: "ApiError",
      status: 409,
      message: /^Deployment default\/chat-r1: is there and of stack prod, managed by pulumi, so it is left as it is/,
    });
    assertUntouched(before, await settledPicture(foreign), "after the conflict");
  });

  it("has what a run makes belong to it as if it had been applied: what is applied no more goes, what others set stays", async () => {
    const run = "0123456789abcdef";
    const whole = withMark(THEIRS.deployment("default", "own", { extra: "1" }), run);
    made.push(whole);
    const { replicas: _, ...spec } = whole["spec"] as { replicas: number };
    await putOwn(foreign.cluster, { ...whole, spec }, run, undefined, false);
    await foreign.cluster.patch(whole, { spec: { replicas: 0 } });
    const less = withMark(THEIRS.deployment("default", "own"), run);
    const now = await putOwn(foreign.cluster, { ...less, spec }, run, await foreign.cluster.get(whole), false);
    assert.deepEqual(now.metadata.labels, { [LOCAL_RUN]: run });
    assert.equal((now["spec"] as { replicas: number }).replicas, 0, "as an autoscaler has it");
    assert.deepEqual(
      now.metadata
        .managedFields!.filter(({ manager }) => manager === "pulumi-vllm-local")
        .map(({ operation }) => operation),
      ["Apply"],
    );
  });

  it("is not mistaken for another one that its context leads to by now, and can be forgotten once it is gone", async () => {
    const before = await settledPicture(foreign);
    const folder = checkout();
    const file = join(folder, "kubeconfig.yaml");
    writeFileSync(file, readFileSync(foreign.kubeconfig));
    await succeeded(folder, "up", "staging", "--kubeconfig", file, "--context", "local", "--yes", "--load", "0s");
    writeFileSync(file, readFileSync(kubeconfigOf(FOLDERS)));
    for (const command of [
      ["down", "--yes"],
      ["up", "staging"],
    ]) {
      const { code, stderr } = await local(folder, command);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /leads to https:.* now, which is another cluster than the one that the stack is in/);
    }
    writeFileSync(file, readFileSync(foreign.kubeconfig, "utf8").replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1"));
    const gone = await local(folder, ["down", "--yes"]);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /the cluster cannot be reached/);
    assert.notEqual(readState(foldersOf(folder)), undefined, "the record stays");

    writeFileSync(file, readFileSync(foreign.kubeconfig));
    await succeeded(folder, "down", "--yes");
    const now = await settledPicture(foreign);
    assertUntouched(before, now, "after down");
    assert.deepEqual(newIn(before, now), []);

    await succeeded(folder, "up", "staging", "--kubeconfig", file, "--context", "local", "--yes", "--load", "0s");
    const { run } = readState(foldersOf(folder))!;
    const copy = readFileSync(join(foldersOf(folder).run, "state.json"), "utf8");
    const forgotten = await succeeded(folder, "down", "--forget");
    assert.ok(forgotten.stdout.includes(`${LOCAL_RUN}=${run}`), forgotten.stdout);
    assert.equal(existsSync(foldersOf(folder).run), false);
    assert.notDeepEqual(await marked(), []);
    // The record back, so that this test leaves nothing either.
    const again = checkout();
    mkdirSync(foldersOf(again).run);
    writeFileSync(join(foldersOf(again).run, "state.json"), copy);
    await succeeded(again, "down", "--yes");
  });
});
