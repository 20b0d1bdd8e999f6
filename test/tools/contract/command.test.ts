import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { stripVTControlCharacters } from "node:util";
import { isVisible } from "../../../components/config/printable.js";
import { ANNOTATIONS, LABELS } from "../../../components/vocabulary/labels.js";
import { type ContractOptions, diff, history, show } from "../../../tools/contract/command.js";
import { differences } from "../../../tools/contract/diff.js";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { ApiServer } from "../cluster/apiServer.js";
import { removeFolders } from "../folders.js";

const REVISION = "b968826d9c46dd6066d109eabc6255188de91218";
const CONTRACT = {
  name: "chat",
  release: "r1",
  model: { id: "Qwen/Qwen3-8B", revision: REVISION },
  context: 8192,
  flags: { dtype: { value: "bfloat16", reason: "as trained" } },
};

function annotations(contract: object, number: number): Record<string, string> {
  const text = JSON.stringify(contract);
  return {
    [ANNOTATIONS.contract]: text,
    [ANNOTATIONS.contractHash]: createHash("sha256").update(text).digest("hex").slice(0, 16),
    "deployment.kubernetes.io/revision": String(number),
  };
}

describe("npm run contract", () => {
  let api: ApiServer;
  let kubeconfig: string;
  before(async () => {
    api = await ApiServer.start();
    kubeconfig = api.kubeconfig();
  });
  beforeEach(() => {
    api.clear();
    api.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "chat", namespace: "vllm", labels: labelsOf("r1") },
      spec: { selector: { [LABELS.release]: "r1" } },
    });
    putRelease("r1", CONTRACT, 2);
    putReplicaSet("r1", { ...CONTRACT, context: 4096 }, 1, 0);
    putRelease("r2", { ...CONTRACT, release: "r2", context: 16384, flags: {} }, 1);
  });
  after(() => {
    api.stop();
    removeFolders();
  });

  function labelsOf(release: string, stack = "prod"): Record<string, string> {
    return {
      [LABELS.name]: "vllm",
      [LABELS.component]: "runtime",
      [LABELS.instance]: "chat",
      [LABELS.partOf]: stack,
      [LABELS.release]: release,
      [LABELS.revision]: REVISION,
    };
  }

  function put(kind: string, name: string, release: string, more: object, fields: object): KubernetesObject {
    const metadata = { name, namespace: "vllm", labels: labelsOf(release), ...more };
    return api.put({ apiVersion: "apps/v1", kind, metadata, ...fields });
  }

  const template = (release: string) => ({
    metadata: { labels: labelsOf(release) },
    spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:v0.30.0@sha256:8a69" }] },
  });

  function putReplicaSet(release: string, contract: object, number: number, replicas: number): void {
    const ownerReferences = [{ kind: "Deployment", name: `chat-${release}`, uid: `uid-${release}` }];
    const more = {
      annotations: annotations(contract, number),
      ownerReferences,
      creationTimestamp: `2026-11-2${number}T10:00:00Z`,
    };
    const fields = { spec: { replicas, template: template(release) }, status: { readyReplicas: replicas } };
    put("ReplicaSet", `chat-${release}-${number}`, release, more, fields);
  }

  function putRelease(release: string, contract: object, number: number): void {
    const more = { uid: `uid-${release}`, annotations: annotations(contract, number) };
    const fields = { spec: { replicas: 2, template: template(release) }, status: { readyReplicas: 2 } };
    put("Deployment", `chat-${release}`, release, more, fields);
    putReplicaSet(release, contract, number, 2);
  }

  const options = (changes: Partial<ContractOptions> = {}): ContractOptions => ({
    kubeconfig,
    json: false,
    ...changes,
  });
  const AROUND = { env: {}, width: Infinity };
  const plain = async (outcome: Promise<{ text: string }>): Promise<string> =>
    stripVTControlCharacters((await outcome).text);

  it("shows the contract that the route leads to, with all releases", async () => {
    const text = await plain(show("chat", undefined, options(), AROUND));
    const hash = annotations(CONTRACT, 2)[ANNOTATIONS.contractHash];
    assert.match(
      text,
      new RegExp(
        `^RELEASE +READY +REVISION +IMAGE +CONTRACT\nr1 ◀ +2 of 2 +b968826d +vllm/vllm-openai:v0\\.30\\.0@sha256:8a69 +${hash}\nr2 +2 of 2`,
      ),
    );
    assert.match(
      text,
      new RegExp(`\nchat r1, contract ${hash}\nname: chat\nrelease: r1\nmodel:\n  id: Qwen/Qwen3-8B\n`),
    );
  });

  it("shows another release, or what one was before, as JSON too", async () => {
    const json = async (release: string) =>
      JSON.parse((await show("chat", release, options({ json: true }), AROUND)).text) as {
        name: string;
        contract: { context: number };
      };
    assert.equal((await json("r2")).contract.context, 16384);
    assert.equal((await json("r1@1")).contract.context, 4096);
    assert.equal((await json("r1@1")).name, "r1@1");
  });

  it("compares releases, and a release with what it was", async () => {
    const text = await plain(diff("chat", ["r1", "r2"], options(), AROUND));
    assert.deepEqual(
      text.split("\n").map((line) => line.trim().replace(/ {2,}/g, " | ")),
      ["r1 | r2", "context | 8192 | 16384", 'flags.dtype | {"value":"bfloat16","reason":"as trained"} | none'],
    );
    const json = JSON.parse((await diff("chat", ["r1@1", "r1"], options({ json: true }), AROUND)).text) as object;
    assert.deepEqual(json, {
      model: "chat",
      before: "r1@1",
      after: "r1",
      differences: [{ path: "context", before: 4096, after: 8192 }],
    });
    assert.equal(await plain(diff("chat", ["r1", "r1"], options(), AROUND)), "r1 and r1 have the same contract.");
  });

  it("lists what each release was, the newest first", async () => {
    const text = await plain(history("chat", options(), AROUND));
    const [title, head, now, before, hint] = text.split("\n");
    assert.equal(title, "chat-r1 ◀  namespace vllm, 2 templates");
    assert.match(head!, /^NUMBER +CREATED +CONTRACT +REVISION +IMAGE$/);
    assert.match(now!, /^ +2 +2026-11-22T10:00:00Z +[0-9a-f]{16} +b968826d +\S+ +now, 2 of 2 ready$/);
    assert.match(before!, /^ +1 +2026-11-21T10:00:00Z +[0-9a-f]{16} +b968826d +\S+ +no pods$/);
    assert.equal(hint, "how the two newest differ: npm run contract -- diff chat r1@1 r1");
    const json = JSON.parse((await history("chat", options({ json: true }), AROUND)).text) as {
      release: string;
      templates: { number: number }[];
    }[];
    assert.deepEqual(
      json.map(({ release, templates }) => [release, templates.map(({ number }) => number)]),
      [
        ["r1", [2, 1]],
        ["r2", [1]],
      ],
    );
  });

  it("says what there is where a name is wrong", async () => {
    await assert.rejects(show("chat", "r3", options(), AROUND), {
      name: "BadInput",
      message: /^chat: has no release "r3" there/,
    });
    await assert.rejects(diff("chat", ["r1@9", "r1"], options(), AROUND), {
      name: "BadInput",
      message: 'chat: has no "r1@9" any more: use r1@2 or r1@1',
    });
    await assert.rejects(show("gone", undefined, options({ namespace: "llm" }), AROUND), {
      name: "Failure",
      message: /has no release of model "gone" in namespace llm: another context may have it/,
    });
  });

  it("asks which, where a model is there several times", async () => {
    const other = api.put(structuredClone(api.find("Deployment", "chat-r1")));
    other.metadata.labels = labelsOf("r1", "staging");
    await assert.rejects(show("chat", undefined, options(), AROUND), {
      name: "BadInput",
      message:
        'model "chat" is there several times: in vllm (stack prod), vllm (stack staging); name one by --namespace or --stack',
    });
    assert.match(await plain(show("chat", undefined, options({ stack: "prod" }), AROUND)), /^RELEASE/);
  });

  it("says where an annotation is no contract, or is not as its hash says", async () => {
    const { metadata } = api.find("Deployment", "chat-r1");
    metadata.annotations![ANNOTATIONS.contractHash] = "0000";
    assert.match(
      await plain(show("chat", "r1", options(), AROUND)),
      /\nnote: the annotated hash is 0000, the contract's own is [0-9a-f]{16}\n/,
    );
    metadata.annotations![ANNOTATIONS.contract] = "[1]";
    await assert.rejects(show("chat", "r1", options(), AROUND), {
      name: "Failure",
      message: "chat r1: its annotation pulumi-vllm.dev/contract is no JSON object",
    });
    metadata.annotations![ANNOTATIONS.contract] = "{";
    await assert.rejects(show("chat", "r1", options(), AROUND), /is no JSON object/);
    delete metadata.annotations![ANNOTATIONS.contract];
    await assert.rejects(show("chat", "r1", options(), AROUND), /chat r1: has no annotation/);
  });

  it("prints what is in an annotation so that no terminal takes it for a command", async () => {
    const { metadata } = api.find("Deployment", "chat-r1");
    Object.assign(metadata.annotations!, annotations({ ...CONTRACT, "\u202eevil": "\u001b[2J\n::error::" }, 2));
    for (const outcome of [
      show("chat", "r1", options(), AROUND),
      diff("chat", ["r1", "r2"], options(), AROUND),
      show("chat", "r1", options({ json: true }), AROUND),
    ])
      assert.ok(isVisible(await plain(outcome)));
  });
});

describe("how two contracts differ", () => {
  it("goes by value, lists as one, and takes a name of JavaScript's own for no value", () => {
    assert.deepEqual(differences({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { b: 2, c: [1, 2] }, toString: "x" }), [
      { path: "a.b", before: 1, after: 2 },
      { path: "d", before: 1, after: undefined },
      { path: "toString", before: undefined, after: "x" },
    ]);
    assert.deepEqual(differences({ a: 1 }, { a: 1 }), []);
    assert.deepEqual(differences(undefined, { a: 1 }, "x"), [{ path: "x", before: undefined, after: { a: 1 } }]);
  });
});
