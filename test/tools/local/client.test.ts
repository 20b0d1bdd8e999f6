import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

import { stringify } from "yaml";

import { newAuthority, sign } from "../../../tools/local/certificates.js";
import {
  ApiError,
  Cluster,
  describe as named,
  isConflict,
  type KubernetesObject,
} from "../../../tools/local/client.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { folderWith, removeFolders } from "../folders.js";

interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: unknown;
}

interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string | string[]>;
}

/** What an API server says of its kinds, subresources among them. */
const DISCOVERY: Record<string, object[]> = {
  "/api/v1": [
    { name: "pods/status", kind: "Pod", namespaced: true },
    { name: "pods", kind: "Pod", namespaced: true },
    { name: "nodes", kind: "Node", namespaced: false },
  ],
  "/apis/apps/v1": [
    { name: "deployments/scale", kind: "Scale", namespaced: true },
    { name: "deployments", kind: "Deployment", namespaced: true },
  ],
};

const POD: KubernetesObject = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "vllm" } };
const NODE: KubernetesObject = { apiVersion: "v1", kind: "Node", metadata: { name: "n" } };
const refusal = (message: string) => ({ kind: "Status", status: "Failure", message });

describe("Cluster", () => {
  let server: Server;
  let kubeconfig: string;
  let cluster: Cluster;
  /** All but discovery. */
  let calls: Call[];
  let discoveries: string[];
  let answers: Answer[];
  let discovery: typeof DISCOVERY;

  before(async () => {
    const authority = await newAuthority();
    const { certificate, key } = await sign(authority, "kube-apiserver");
    server = createServer({ cert: certificate, key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { pathname, searchParams } = new URL(request.url!, "https://localhost");
        const resources = discovery[pathname];
        let answer: Answer;
        if (/^\/(api|apis\/[^/]+)\/[^/]+$/.test(pathname)) {
          discoveries.push(pathname);
          answer = resources === undefined ? { status: 404 } : { body: { resources } };
        } else {
          const text = Buffer.concat(chunks).toString();
          calls.push({
            method: request.method!,
            path: pathname,
            query: Object.fromEntries(searchParams),
            headers: request.headers,
            body: text === "" ? undefined : JSON.parse(text),
          });
          answer = answers.shift() ?? {};
        }
        const { status = 200, body = {}, headers = {} } = answer;
        response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    const url = `https://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
    const config = (name: string) => ({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "local",
      clusters: [
        { name: "local", cluster: { server: url, "certificate-authority-data": Buffer.from(name).toString("base64") } },
      ],
      users: [{ name: "admin", user: { token: "t0ken" } }],
      contexts: [
        { name: "local", context: { cluster: "local", user: "admin" } },
        { name: "other", context: { cluster: "local", user: "admin" } },
      ],
    });
    const stranger = await newAuthority();
    kubeconfig = join(
      folderWith({
        kubeconfig: stringify(config(authority.certificate)),
        stranger: stringify(config(stranger.certificate)),
      }),
      "kubeconfig",
    );
  });
  beforeEach(() => {
    calls = [];
    discoveries = [];
    answers = [];
    discovery = DISCOVERY;
    cluster = new Cluster(kubeconfig);
  });
  afterEach(() => cluster.close());
  after(() => {
    server.close();
    removeFolders();
  });

  function onlyCall(): Call {
    assert.equal(calls.length, 1);
    return calls[0]!;
  }

  describe("of a kubeconfig", () => {
    it("takes several files together, as kubectl does, and the current context of the first", () => {
      const second = join(
        folderWith({
          kubeconfig: stringify({
            apiVersion: "v1",
            kind: "Config",
            "current-context": "second",
            clusters: [{ name: "second", cluster: { server: "https://192.0.2.1" } }],
            users: [{ name: "second", user: { token: "s3cret" } }],
            contexts: [{ name: "second", context: { cluster: "second", user: "second" } }],
          }),
        }),
        "kubeconfig",
      );
      const files = [kubeconfig, second].join(delimiter);
      const first = new Cluster(files);
      assert.equal(first.config.getCurrentContext(), "local");
      first.close();
      const other = new Cluster(files, "second");
      assert.equal(other.server, "https://192.0.2.1");
      other.close();
    });

    it("asks the server of its context, with its token", async () => {
      await cluster.get(POD);
      assert.equal(onlyCall().headers.authorization, "Bearer t0ken");
      assert.match(cluster.server, /^https:\/\/127\.0\.0\.1:\d+$/);
      const other = new Cluster(kubeconfig, "other");
      assert.equal(other.config.getCurrentContext(), "other");
      other.close();
    });

    it("trusts no server but the one of its authority", async () => {
      const stranger = new Cluster(join(kubeconfig, "..", "stranger"));
      await assert.rejects(stranger.get(POD), /certificate/);
      stranger.close();
      assert.deepEqual(calls, []);
    });

    it("names the existing contexts when a context is missing", () => {
      assert.throws(() => new Cluster(kubeconfig, "prod"), {
        name: "BadInput",
        message: `${kubeconfig}: has no context "prod": use local, other`,
      });
      const bare = join(
        folderWith({ bare: stringify({ apiVersion: "v1", kind: "Config", clusters: [], users: [], contexts: [] }) }),
        "bare",
      );
      assert.throws(() => new Cluster(bare, "prod"), { message: `${bare}: has no context "prod": use another file` });
    });

    it("shows nothing of a file that cannot be read as YAML: keys and tokens are in it", () => {
      const text = "users:\n- name: x\n  user: { token: m4rked-s3cret, bad: [ }\n";
      const file = join(folderWith({ config: text }), "config");
      assert.throws(
        () => new Cluster(file),
        (thrown: Error) => {
          assert.ok(thrown.message.startsWith(`${file}: is no kubeconfig: `), thrown.message);
          assert.ok(!thrown.message.includes("m4rked"), thrown.message);
          return true;
        },
      );
    });

    it("names a file that is no kubeconfig", () => {
      const gone = join(folderWith(), "gone");
      assert.throws(
        () => new Cluster(gone),
        (thrown: Error) => {
          assert.equal(thrown.name, "BadInput");
          assert.ok(thrown.message.startsWith(`${gone}: is no kubeconfig: ENOENT`), thrown.message);
          return true;
        },
      );
    });
  });

  describe("paths", () => {
    const cases: [kind: string, object: KubernetesObject, path: string][] = [
      ["of the core group", POD, "/api/v1/namespaces/vllm/pods/a"],
      ["in the namespace default", { ...POD, metadata: { name: "a" } }, "/api/v1/namespaces/default/pods/a"],
      ["without a namespace", NODE, "/api/v1/nodes/n"],
      [
        "of another group",
        { ...POD, apiVersion: "apps/v1", kind: "Deployment" },
        "/apis/apps/v1/namespaces/vllm/deployments/a",
      ],
    ];
    for (const [kind, object, path] of cases) {
      it(`are those of kinds ${kind}`, async () => {
        await cluster.get(object);
        assert.equal(onlyCall().path, path);
      });
    }

    it("are asked for once for each API version", async () => {
      await Promise.all([cluster.get(POD), cluster.get(NODE), cluster.list("v1", "Pod")]);
      assert.deepEqual(discoveries, ["/api/v1"]);
    });

    it("are asked for again while a kind is not known, since its definition may be new", async () => {
      const scaler = { ...POD, apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" };
      await assert.rejects(cluster.get(scaler), {
        name: "ApiError",
        status: 404,
        message: "ScaledObject: the cluster knows no kind ScaledObject in keda.sh/v1alpha1 (HTTP 404)",
      });
      discovery = {
        ...DISCOVERY,
        "/apis/keda.sh/v1alpha1": [{ name: "scaledobjects", kind: "ScaledObject", namespaced: true }],
      };
      await cluster.get(scaler);
      assert.equal(onlyCall().path, "/apis/keda.sh/v1alpha1/namespaces/vllm/scaledobjects/a");
    });
  });

  it("gives undefined for what is not there", async () => {
    answers.push({ status: 404, body: refusal('pods "a" not found') });
    assert.equal(await cluster.get(POD), undefined);
  });

  it("gives what is there", async () => {
    answers.push({ body: POD });
    assert.deepEqual(await cluster.get(POD), POD);
    assert.equal(onlyCall().method, "GET");
    assert.equal(onlyCall().body, undefined);
  });

  it("reads a log as the text that it is", async () => {
    answers = [{ body: "not JSON\n" }, { status: 404 }];
    assert.equal(await cluster.text("/api/v1/namespaces/vllm/pods/a/log", "log of a"), "not JSON\n");
    assert.equal(calls[0]!.headers.accept, "*/*");
    assert.equal(await cluster.text("/api/v1/namespaces/vllm/pods/b/log", "log of b"), undefined);
  });

  it("lists all namespaces or one, by labels if any, and tells each object its kind", async () => {
    const item = { metadata: { name: "a", namespace: "vllm" } };
    answers.push({ body: { kind: "PodList", items: [item] } }, { body: {} });
    assert.deepEqual(await cluster.list("v1", "Pod"), [POD]);
    const labels = { "app.kubernetes.io/part-of": "test", x: "y" };
    assert.deepEqual(await cluster.list("v1", "Pod", { namespace: "vllm", labels }), []);
    assert.deepEqual(
      calls.map(({ path, query }) => [path, query]),
      [
        ["/api/v1/pods", {}],
        ["/api/v1/namespaces/vllm/pods", { labelSelector: "app.kubernetes.io/part-of=test,x=y" }],
      ],
    );
  });

  it("applies server-side with its own field manager, and has unknown fields refused", async () => {
    const odd = { ...POD, spec: { dota: 1 } };
    answers.push({ body: POD });
    assert.deepEqual(await cluster.apply(odd), POD);
    const { method, path, query, headers, body } = onlyCall();
    assert.deepEqual([method, path], ["PATCH", "/api/v1/namespaces/vllm/pods/a"]);
    assert.deepEqual(query, { fieldManager: "pulumi-vllm-local", force: "true", fieldValidation: "Strict" });
    assert.equal(headers["content-type"], "application/apply-patch+yaml");
    assert.deepEqual(body, odd);
  });

  it("patches a subresource", async () => {
    await cluster.patch(POD, { status: {} }, "status");
    assert.equal(onlyCall().path, "/api/v1/namespaces/vllm/pods/a/status");
  });

  it("creates with unknown fields refused, and patches by merging", async () => {
    answers.push({ status: 201, body: NODE }, { body: NODE });
    assert.deepEqual(await cluster.create(NODE), NODE);
    assert.deepEqual(await cluster.patch(NODE, { spec: { unschedulable: true } }), NODE);
    const [create, patch] = calls;
    assert.deepEqual(
      [create!.method, create!.path, create!.query],
      ["POST", "/api/v1/nodes", { fieldValidation: "Strict" }],
    );
    assert.deepEqual(
      [patch!.method, patch!.path, patch!.body],
      ["PATCH", "/api/v1/nodes/n", { spec: { unschedulable: true } }],
    );
    assert.equal(patch!.headers["content-type"], "application/merge-patch+json");
  });

  it("removes what is there with what depends on it, and takes it well when it is gone", async () => {
    answers.push({}, { status: 404 });
    await cluster.remove(POD, 0);
    await cluster.remove(POD);
    const options = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
    assert.deepEqual(
      calls.map(({ method, body }) => [method, body]),
      [
        ["DELETE", { ...options, gracePeriodSeconds: 0 }],
        ["DELETE", options],
      ],
    );
  });

  it("removes the object that was meant and no other of its name", async () => {
    await cluster.remove(POD, undefined, { uid: "1", resourceVersion: "7" });
    assert.deepEqual((onlyCall().body as { preconditions: object }).preconditions, { uid: "1", resourceVersion: "7" });
  });

  it("makes by creating, never by applying over what is there, and then has what it made belong to its applies", async () => {
    const entry = { manager: "pulumi-vllm-local", operation: "Update", fieldsV1: {} };
    const status = { manager: "kubelet", operation: "Update", subresource: "status" };
    const read = (resourceVersion: string) => ({
      ...POD,
      metadata: { ...POD.metadata, uid: "u", resourceVersion, managedFields: [entry, status] },
    });
    // A controller has written into it meanwhile: it is read again.
    answers.push({ status: 201, body: read("1") }, { status: 409, body: refusal("modified") });
    answers.push({ body: read("2") }, { body: read("3") }, { body: POD });
    assert.deepEqual(await cluster.make(POD), POD);
    assert.deepEqual(
      calls.map(({ method }) => method),
      ["POST", "PATCH", "GET", "PATCH", "PATCH"],
    );
    assert.deepEqual(calls[0]!.query, { fieldManager: "pulumi-vllm-local", fieldValidation: "Strict" });
    const owners = [{ ...entry, operation: "Apply" }, status];
    assert.deepEqual(calls[3]!.body, { metadata: { uid: "u", resourceVersion: "2", managedFields: owners } });
    assert.deepEqual(calls[4]!.body, { ...POD, metadata: { ...POD.metadata, uid: "u", resourceVersion: "3" } });
  });

  it("makes nothing where there is one of that name, and says so", async () => {
    answers.push({ status: 409, body: refusal('pods "a" already exists') });
    await assert.rejects(cluster.make(POD), (thrown) => isConflict(thrown));
    assert.deepEqual(
      calls.map(({ method }) => method),
      ["POST"],
    );
  });

  it("says how long each body is, also of a DELETE, and speaks of no body where there is none", async () => {
    await cluster.remove(POD);
    await cluster.apply(POD);
    await cluster.get(POD);
    const [remove, apply, get] = calls;
    for (const { headers, body } of [remove!, apply!]) {
      assert.equal(headers["content-length"], String(Buffer.byteLength(JSON.stringify(body))));
      assert.equal(headers["transfer-encoding"], undefined);
    }
    assert.deepEqual([get!.headers["content-length"], get!.headers["content-type"]], [undefined, undefined]);
  });

  describe("refusals", () => {
    it("are errors that name the object and say what the server says", async () => {
      answers.push({ status: 422, body: refusal('Pod "a" is invalid: spec.containers: Required value') });
      await assert.rejects(cluster.apply(POD), (thrown) => {
        assert.ok(thrown instanceof ApiError);
        assert.equal(thrown.status, 422);
        assert.equal(thrown.message, 'Pod vllm/a: Pod "a" is invalid: spec.containers: Required value (HTTP 422)');
        return true;
      });
    });

    it("say what was asked where there is no object, also when the server answers with plain text", async () => {
      answers.push({ status: 503, body: "apiserver is shutting down\n" });
      await assert.rejects(cluster.list("v1", "Pod"), {
        message: "GET /api/v1/pods: apiserver is shutting down (HTTP 503)",
      });
    });

    for (const [what, act, message] of [
      ["apply", () => cluster.apply(POD), "Pod vllm/a: there is no namespace vllm (HTTP 404)"],
      ["create", () => cluster.create(POD), "Pod vllm/a: there is no such namespace (HTTP 404)"],
      ["patch", () => cluster.patch(POD, {}), "Pod vllm/a: is not there (HTTP 404)"],
    ] as const) {
      it(`of a 404 to ${what} are errors, for it has done nothing`, async () => {
        answers.push({ status: 404, body: refusal("not found") });
        await assert.rejects(act(), { name: "ApiError", status: 404, message });
      });
    }
  });

  describe("of a server that is busy", () => {
    const busy = (headers: Record<string, string> = { "retry-after": "0" }): Answer => ({
      status: 429,
      headers,
      body: refusal("storage is (re)initializing"),
    });

    it("retries when the server asks for it", async () => {
      answers.push(busy(), busy(), { body: POD });
      assert.deepEqual(await cluster.apply(POD), POD);
      assert.equal(calls.length, 3);
      assert.deepEqual(calls[2]!.body, calls[0]!.body);
    });

    it("waits as long as the server says", async () => {
      answers.push(busy({ "retry-after": "1" }), { body: POD });
      const began = Date.now();
      await cluster.get(POD);
      assert.ok(Date.now() - began >= 990);
    });

    it("gives up after ten times", async () => {
      answers.push(...Array.from({ length: 20 }, () => busy()));
      await assert.rejects(cluster.get(POD), { status: 429 });
      assert.equal(calls.length, 10);
    });

    it("does not ask again where the server does not say so, nor to create something", async () => {
      answers.push(busy({}), busy());
      await assert.rejects(cluster.get(POD), { status: 429 });
      await assert.rejects(cluster.create(POD), { status: 429 });
      assert.equal(calls.length, 2);
    });
  });

  it("gathers what the server warns of, each once", async () => {
    const deprecated = '299 - "v1 ComponentStatus is deprecated in v1.19+"';
    answers.push(
      { headers: { warning: [deprecated, '299 - "metadata.name: must not, at length"'] } },
      { headers: { warning: deprecated } },
    );
    await cluster.get(POD);
    await cluster.get(POD);
    assert.deepEqual(
      [...cluster.warnings],
      ["v1 ComponentStatus is deprecated in v1.19+", "metadata.name: must not, at length"],
    );
  });

  it("throws when nobody answers", async () => {
    const { port } = server.address() as AddressInfo;
    const gone = new Cluster(kubeconfig);
    gone.config.clusters = gone.config.clusters.map((entry) => ({
      ...entry,
      server: entry.server.replace(String(port), "1"),
    }));
    await assert.rejects(gone.get(POD), /ECONNREFUSED/);
    gone.close();
  });
});

describe("the description of an object", () => {
  it("has its kind, its namespace if any, and its name", () => {
    assert.equal(named(POD), "Pod vllm/a");
    assert.equal(named(NODE), "Node n");
  });
});
