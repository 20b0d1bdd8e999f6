import assert from "node:assert/strict";

import { ApiError, type Cluster, type KubernetesObject } from "../../../tools/local/client.js";
import { familyOf, isMarked, newRun, putOwn, removeOwn, whose, withMark } from "../../../tools/local/ownership.js";

const RUN = "0123456789abcdef";
const OTHER = "fedcba9876543210";
const CONFIG: KubernetesObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "vllm" } };

/** A cluster of one object, which keeps preconditions as an API server does; others act between its answers. */
class OneObject {
  calls: string[] = [];
  /** What somebody else does before a call is answered, by its name; once. */
  readonly meanwhile = new Map<string, () => void>();
  private version = 0;

  constructor(public object?: KubernetesObject) {
    if (object !== undefined) this.write(object, "uid-0");
  }

  get cluster(): Cluster {
    return this as unknown as Cluster;
  }

  write(object: KubernetesObject, uid: string): KubernetesObject {
    this.version += 1;
    this.object = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(this.version) } };
    return this.object;
  }

  private begin(call: string): void {
    this.calls.push(call);
    this.meanwhile.get(call)?.();
    this.meanwhile.delete(call);
  }

  private conflict(): ApiError {
    return new ApiError(409, "ConfigMap vllm/a", "conflict");
  }

  async get(): Promise<KubernetesObject | undefined> {
    this.begin("get");
    return Promise.resolve(this.object);
  }

  async make(object: KubernetesObject): Promise<KubernetesObject> {
    this.begin("make");
    if (this.object !== undefined) throw this.conflict();
    return Promise.resolve(this.write(object, `uid-${this.version + 1}`));
  }

  create(object: KubernetesObject): Promise<KubernetesObject> {
    return this.make(object);
  }

  async applyOver(old: KubernetesObject, object: KubernetesObject): Promise<KubernetesObject> {
    this.begin("applyOver");
    const { uid, resourceVersion } = this.object?.metadata ?? {};
    if (uid !== old.metadata.uid || resourceVersion !== old.metadata.resourceVersion) throw this.conflict();
    return Promise.resolve(this.write(object, uid!));
  }

  async remove(_: KubernetesObject, __: undefined, preconditions: object): Promise<void> {
    this.begin("remove");
    const { uid, resourceVersion } = this.object?.metadata ?? {};
    if (this.object === undefined) return;
    try {
      assert.deepEqual(preconditions, { uid, resourceVersion });
    } catch {
      throw this.conflict();
    }
    this.object = undefined;
    return Promise.resolve();
  }
}

const ours = (data: string) => withMark({ ...CONFIG, data: { data } }, RUN);
const theirs = (labels: Record<string, string> = {}): KubernetesObject => ({
  ...CONFIG,
  metadata: { ...CONFIG.metadata, labels },
});

describe("the id of a run", () => {
  it("is another each time, and may be a label's value", () => {
    const ids = Array.from({ length: 100 }, newRun);
    assert.equal(new Set(ids).size, 100);
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
  });

  it("comes to the labels that an object has, and marks it for that run alone", () => {
    const marked = withMark(theirs({ app: "x" }), RUN);
    assert.deepEqual(marked.metadata.labels, { app: "x", "pulumi-vllm.dev/local-run": RUN });
    assert.equal(isMarked(marked, RUN), true);
    assert.equal(isMarked(marked, OTHER), false);
    assert.equal(isMarked(CONFIG, RUN), false);
  });
});

describe("putOwn", () => {
  const put = (there: OneObject, object: KubernetesObject, once = false) =>
    putOwn(there.cluster, object, RUN, there.object, once);

  it("makes what is not there, and brings what is the run's up to date", async () => {
    const there = new OneObject();
    await put(there, ours("1"));
    await put(there, ours("2"));
    assert.deepEqual(there.calls, ["make", "applyOver"]);
    assert.deepEqual(there.object!["data"], { data: "2" });
  });

  it("leaves the run's own object as it is where it is made once", async () => {
    const there = new OneObject(ours("1"));
    await put(there, ours("2"), true);
    assert.deepEqual(there.object!["data"], { data: "1" });
    assert.deepEqual(there.calls, []);
  });

  for (const [what, labels] of [
    ["somebody else's", {}],
    ["another run's", { "pulumi-vllm.dev/local-run": OTHER }],
  ] as const) {
    it(`changes nothing of an object that is ${what}`, async () => {
      for (const once of [false, true]) {
        const there = new OneObject(theirs(labels));
        const before = there.object;
        await assert.rejects(put(there, ours("1"), once), { status: 409, message: /so it is left as it is/ });
        assert.equal(there.object, before);
        assert.deepEqual(there.calls, []);
      }
    });
  }

  it("does not change a foreign object that is created meanwhile", async () => {
    for (const once of [false, true]) {
      const there = new OneObject();
      there.meanwhile.set("make", () => there.write(theirs({ app: "x" }), "uid-theirs"));
      await assert.rejects(put(there, ours("1"), once), { status: 409, message: /so it is left as it is/ });
      assert.deepEqual(there.object!.metadata.labels, { app: "x" });
      assert.deepEqual(there.calls, ["make", "get"]);
    }
  });

  it("changes nothing of an object that comes in place of the run's own meanwhile, or is the run's no more", async () => {
    for (const uid of ["uid-theirs", "uid-0"]) {
      const there = new OneObject(ours("1"));
      there.meanwhile.set("applyOver", () => there.write(theirs(), uid));
      await assert.rejects(put(there, ours("2")), { status: 409, message: /so it is left as it is/ });
      assert.equal(there.object!["data"], undefined);
    }
  });

  it("continues when only its status has changed meanwhile, or when it is gone", async () => {
    const there = new OneObject(ours("1"));
    there.meanwhile.set("applyOver", () => there.write({ ...ours("1"), status: {} }, "uid-0"));
    await put(there, ours("2"));
    assert.deepEqual(there.object!["data"], { data: "2" });
    there.meanwhile.set("applyOver", () => (there.object = undefined));
    await put(there, ours("3"));
    assert.deepEqual(there.object!["data"], { data: "3" });
  });
});

describe("removeOwn", () => {
  it("removes an object of the run, also when it has changed meanwhile", async () => {
    const there = new OneObject(ours("1"));
    there.meanwhile.set("remove", () => there.write(ours("2"), "uid-0"));
    assert.equal(await removeOwn(there.cluster, there.object!, RUN), true);
    assert.equal(there.object, undefined);
  });

  it("leaves what is in its place by now", async () => {
    const there = new OneObject(ours("1"));
    there.meanwhile.set("remove", () => there.write(theirs(), "uid-theirs"));
    assert.equal(await removeOwn(there.cluster, there.object!, RUN), true);
    assert.equal(there.object!.metadata.uid, "uid-theirs");
  });

  it("leaves an object whose id was removed, and says so", async () => {
    const there = new OneObject(ours("1"));
    there.meanwhile.set("remove", () => there.write(theirs(), "uid-0"));
    assert.equal(await removeOwn(there.cluster, there.object!, RUN), false);
    assert.notEqual(there.object, undefined);
    const unmarked = new OneObject(theirs());
    assert.equal(await removeOwn(unmarked.cluster, unmarked.object!, RUN), false);
    assert.deepEqual(unmarked.calls, []);
  });
});

describe("familyOf", () => {
  const object = (uid: string, owner?: string, labels = {}): KubernetesObject => ({
    ...CONFIG,
    metadata: { name: uid, uid, labels, ...(owner && { ownerReferences: [{ kind: "X", name: "x", uid: owner }] }) },
  });

  it("is the run's objects and what they own, down to the last, in whatever order", () => {
    const all = [
      object("pod", "set"),
      object("set", "deployment"),
      object("deployment", undefined, { "pulumi-vllm.dev/local-run": RUN }),
      object("theirs"),
      object("theirs-too", "theirs"),
      object("of-another-run", undefined, { "pulumi-vllm.dev/local-run": OTHER }),
    ];
    const names = [...familyOf(all, RUN)].map(({ metadata }) => metadata.name).sort();
    assert.deepEqual(names, ["deployment", "pod", "set"]);
  });
});

describe("whose", () => {
  for (const [expected, labels, managedFields] of [
    [
      "of stack prod, managed by pulumi",
      { "app.kubernetes.io/part-of": "prod", "app.kubernetes.io/managed-by": "pulumi" },
    ],
    ["of stack prod", { "app.kubernetes.io/part-of": "prod" }],
    ["managed by Helm", { "app.kubernetes.io/managed-by": "Helm" }],
    ['made by "kubectl-create"', {}, [{ manager: "kubectl-create" }]],
    ["of somebody else", {}],
    [
      `of another run of npm run local (pulumi-vllm.dev/local-run=${OTHER})`,
      { "app.kubernetes.io/part-of": "staging", "pulumi-vllm.dev/local-run": OTHER },
    ],
  ] as [string, Record<string, string>, { manager: string }[]?][]) {
    it(`an object is ${expected}`, () =>
      assert.equal(
        whose({ ...CONFIG, metadata: { name: "a", labels, ...(managedFields && { managedFields }) } }),
        expected,
      ));
  }
});
