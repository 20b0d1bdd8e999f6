import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { foldersOf } from "../../../tools/local/folders.js";
import { kedaIsRegistered, kedaObjects, startKeda } from "../../../tools/local/keda.js";
import { folderWith, removeFolders } from "../folders.js";
import { FakeCluster, script } from "./fakes.js";

const AUTHORITY = "-----BEGIN CERTIFICATE-----";
const PORTS = { metrics: 1001, adapter: 1004 };

describe("local KEDA", () => {
  after(removeFolders);

  it("listens on the loopback address alone, and each part finds the other", async () => {
    const folders = foldersOf(folderWith({ ".local/run/x": "" }));
    const program = script(join(folders.bin, "program"), 'for argument; do echo "$argument"; done', "env");
    const binaries = { kedaOperator: program, kedaAdapter: program };
    const processes = startKeda(binaries, folders, "/run/kubeconfig", PORTS);
    while (processes.some(({ exit }) => exit === undefined)) await sleep(10);
    const [operator, adapter] = processes.map(({ log }) => readFileSync(log, "utf8").split("\n"));
    for (const line of [
      "--metrics-bind-address=0",
      "--health-probe-bind-address=0",
      "--metrics-service-bind-address=127.0.0.1:1001",
      "--leader-elect=false",
      "KUBECONFIG=/run/kubeconfig",
      "WATCH_NAMESPACE=",
      "KEDA_RESTRICT_SECRET_ACCESS=true",
    ]) {
      assert.ok(operator!.includes(line), line);
    }
    for (const line of [
      "--bind-address=127.0.0.1",
      "--secure-port=1004",
      "--metrics-service-address=127.0.0.1:1001",
      "--kubeconfig=/run/kubeconfig",
      `--client-ca-file=${folders.run}/certificates/ca.crt`,
      "--requestheader-allowed-names=front-proxy",
    ]) {
      assert.ok(adapter!.includes(line), line);
    }
    assert.deepEqual(
      processes.map(({ name }) => name),
      ["keda-operator", "keda-adapter"],
    );
  });

  it("leads the API server to the adapter beside the cluster", () => {
    const [namespace, service, api] = kedaObjects(PORTS, AUTHORITY);
    assert.deepEqual(namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: "keda" } });
    assert.deepEqual(service!["spec"], {
      type: "ExternalName",
      externalName: "localhost",
      ports: [{ port: 1004, protocol: "TCP" }],
    });
    assert.equal(api!.metadata.name, "v1beta1.external.metrics.k8s.io");
    const spec = api!["spec"] as Record<string, unknown>;
    assert.deepEqual([spec["group"], spec["version"]], ["external.metrics.k8s.io", "v1beta1"]);
    assert.deepEqual(
      [spec["caBundle"], spec["insecureSkipTLSVerify"]],
      [Buffer.from(AUTHORITY).toString("base64"), undefined],
      "the API server makes sure that it is the adapter",
    );
    assert.deepEqual(spec["service"], { name: service!.metadata.name, namespace: "keda", port: 1004 });
  });

  for (const [expected, what, conditions] of [
    [true, "the API server reaches the adapter", [{ type: "Available", status: "True" }]],
    [false, "it does not", [{ type: "Available", status: "False" }]],
    [false, "nobody has tried", undefined],
  ] as const) {
    it(`is ${expected ? "" : "not "}registered when ${what}`, async () => {
      const api = kedaObjects(PORTS, AUTHORITY)[2]!;
      const fake = new FakeCluster({ ...api, ...(conditions && { status: { conditions } }) });
      assert.equal(await kedaIsRegistered(fake.cluster), expected);
    });
  }

  it("is not registered in a cluster that knows nothing of it", async () => {
    assert.equal(await kedaIsRegistered(new FakeCluster().cluster), false);
  });
});
