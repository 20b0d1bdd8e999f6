import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, podServer, type Server as Asked, urlServer } from "../../../tools/cluster/http.js";
import { Cluster } from "../../../tools/local/client.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { removeFolders } from "../folders.js";
import { ApiServer } from "./apiServer.js";

describe("a request to a server of others", () => {
  let server: Server;
  let api: ApiServer;
  let cluster: Cluster;
  before(async () => {
    server = createServer((request, response) => {
      const { url } = request;
      if (url?.startsWith("/silent")) return;
      if (url === "/half") {
        response.writeHead(200, { "Content-Length": "100" });
        response.write("half");
        return void setTimeout(() => response.destroy(), 20);
      }
      if (url === "/large") return void response.end("x".repeat(3 << 20));
      if (url === "/echo") return void request.pipe(response);
      response.writeHead(201).end(`${request.method} ${url} ${String(request.headers["x-own"] ?? "")}`);
    });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    api = await ApiServer.start();
    api.ports.set("pod-1:8000", port());
    cluster = new Cluster(api.kubeconfig());
  });
  after(() => {
    cluster.close();
    api.stop();
    server.close();
    server.closeAllConnections();
    removeFolders();
  });

  const port = (): number => (server.address() as AddressInfo).port;
  const WAYS: [name: string, who: string, way: (seconds: number) => Asked][] = [
    [
      "by a forwarded port",
      "Pod pod-1",
      (seconds) => podServer(cluster, { namespace: "vllm", pod: "pod-1", port: 8000 }, seconds),
    ],
    ["by its URL", "http://127", (seconds) => urlServer(new URL(`http://${LOOPBACK}:${port()}`), {}, seconds)],
  ];
  for (const [name, who, way] of WAYS) {
    describe(name, () => {
      it("gets its answer, with status and text", async () => {
        const expected: Answer = { status: 201, text: "GET /a?b=c me" };
        assert.deepEqual(await way(10)({ path: "/a?b=c", headers: { "x-own": "me" } }), expected);
      });

      it("sends a body that is larger than a frame, and is given the answer as it comes", async () => {
        let text = "";
        const body = { text: "y".repeat(300_000) };
        const answer = await way(10)({ method: "POST", path: "/echo", body, onText: (part) => (text += part) });
        assert.equal(answer.text, JSON.stringify(body));
        assert.equal(text, answer.text);
        assert.equal((await way(10)({ path: "/large" })).text.length, 3 << 20);
      });

      it("waits no longer than it is told", async () => {
        await assert.rejects(way(0.2)({ path: "/silent?x" }), (thrown: Error) => {
          assert.equal(thrown.name, "Failure");
          assert.ok(thrown.message.startsWith(who), thrown.message);
          return /has not answered \/silent in 0\.2 s$/.test(thrown.message);
        });
      });

      it("fails for an answer that breaks off", async () => {
        await assert.rejects(way(10)({ path: "/half" }), { name: "Failure", message: /cannot be reached: / });
      });
    });
  }

  it("waits for no API server that does not connect", async () => {
    api.silent.add("connect");
    await assert.rejects(podServer(cluster, { namespace: "vllm", pod: "pod-1", port: 8000 }, 0.2)({ path: "/" }), {
      name: "Failure",
      message: "Pod pod-1 has not answered / in 0.2 s",
    });
    api.silent.clear();
  });

  it("says who may do what where the API server refuses", async () => {
    api.forbidden.add("connect");
    await assert.rejects(podServer(cluster, { namespace: "vllm", pod: "pod-1", port: 8000 }, 5)({ path: "/" }), {
      name: "ApiError",
      status: 403,
      message: "connecting to Pod pod-1: you may not create and get pods/portforward there (HTTP 403)",
    });
    api.forbidden.clear();
  });

  it("keeps the path of a URL before its own, and shows its user to nobody", async () => {
    const url = new URL(`http://me:secret@${LOOPBACK}:${port()}/base/`);
    assert.equal((await urlServer(url, { "x-own": "all" }, 5)({ path: "/x" })).text, "GET /base/x all");
    await assert.rejects(
      urlServer(new URL("https://me:secret@127.0.0.1:1"), {}, 5)({ path: "/" }),
      (thrown: Error) =>
        !thrown.message.includes("secret") && thrown.message.startsWith("https://127.0.0.1:1 cannot be reached: "),
    );
  });
});
