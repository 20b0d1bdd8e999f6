import assert from "node:assert/strict";
import { parse } from "yaml";
import { leftOut, type ManifestFile, manifestFiles, stackOf } from "../../../tools/render/manifests.js";
import { builtCluster } from "../../stacks/fixtures.js";
import { resourcesOf, WITH_SECRETS } from "../reports.js";

const HEADER = "# Rendered by pulumi-vllm; do not edit.\n";

/** The content of a file of a rendering, by its name without its place in the order. */
function contentOf(files: readonly ManifestFile[], name: string): string {
  const found = files.find((file) => file.name.replace(/^\d+-/, "") === name);
  assert.ok(found, `${name} is not among ${files.map((file) => file.name).join(", ")}`);
  return found.content;
}

/** Everything under a key that selects objects. */
function selectorsOf(value: unknown): unknown[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) =>
    /selector|matchLabels/i.test(key) ? [inner] : selectorsOf(inner),
  );
}

describe("manifestFiles", () => {
  it("names a file by the order to apply it in, its kind and its name", async () => {
    const files = manifestFiles(
      await resourcesOf({ models: { chat: { autoscaling: { max: 2 }, warmSpares: 1 } } }),
      "test",
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      [
        "0-namespace-vllm.yaml",
        "1-priorityclass-vllm-batch.yaml",
        "1-priorityclass-vllm-experimental.yaml",
        "1-priorityclass-vllm-interactive.yaml",
        "1-priorityclass-vllm-spare.yaml",
        "2-configmap-vllm-batch-test.yaml",
        "2-configmap-vllm-cost-test.yaml",
        "2-configmap-vllm-fleet-test.yaml",
        "2-configmap-vllm-gpu-test.yaml",
        "2-configmap-vllm-model-test.yaml",
        "2-configmap-vllm-tenants-test.yaml",
        "3-serviceaccount-chat-r1.yaml",
        "4-networkpolicy-chat-r1.yaml",
        "5-deployment-chat-r1.yaml",
        "5-deployment-chat-spare.yaml",
        "5-poddisruptionbudget-chat-r1.yaml",
        "5-podmonitor-chat-r1.yaml",
        "5-prometheusrule-chat-r1.yaml",
        "5-prometheusrule-chat.contract.yaml",
        "5-prometheusrule-test.alerts.yaml",
        "5-prometheusrule-test.cost.yaml",
        "5-prometheusrule-test.fleet.yaml",
        "5-prometheusrule-test.series.yaml",
        "5-scaledobject-chat-r1.yaml",
        "5-service-chat-r1.yaml",
        "5-service-chat.yaml",
        "kustomization.yaml",
        "SECRETS.md",
      ],
    );
  });

  it("writes YAML that reads back as what the program registered, without Pulumi's annotations", async () => {
    const resources = await resourcesOf({ models: { chat: { autoscaling: { max: 2 }, warmSpares: 1 } } });
    // As Pulumi's: only the tool that applies them differs, which another test is about.
    const files = manifestFiles(resources, "test", "pulumi").filter(({ name }) => /^\d.*\.yaml$/.test(name));
    const objects = new Map(
      resources
        .filter(({ type, secret }) => type.startsWith("kubernetes:") && !secret)
        .map(({ inputs }) => {
          const { kind, metadata } = inputs as { kind: string; metadata: { name: string } };
          return [`${kind.toLowerCase()}-${metadata.name}.yaml`, inputs];
        }),
    );
    assert.equal(files.length, objects.size);
    for (const { name, content } of files) {
      assert.ok(content.startsWith(HEADER), name);
      const manifest = parse(content) as { metadata: { annotations?: Record<string, string> } };
      const expected = structuredClone(objects.get(name.slice(2))) as typeof manifest;
      if (name.includes("deployment-chat-spare")) {
        assert.deepEqual(expected.metadata.annotations, { "pulumi.com/skipAwait": "true" });
        delete expected.metadata.annotations;
      }
      assert.deepEqual(manifest, expected, name);
    }
    assert.ok(!files.some(({ content }) => content.includes("pulumi.com/")));
  });

  it("says what applies them, in labels that no selector relies on", async () => {
    const resources = await resourcesOf({ models: { chat: { autoscaling: { max: 2 }, warmSpares: 1 } } });
    for (const tool of ["kubectl", "argocd"]) {
      const files = manifestFiles(resources, "test", ...(tool === "kubectl" ? [] : [tool]));
      const text = files.map(({ content }) => content).join("\n");
      assert.ok(text.includes(`app.kubernetes.io/managed-by: ${tool}\n`));
      assert.ok(!text.includes("managed-by: pulumi"));
    }
    const selectors = JSON.stringify(resources.map(({ inputs }) => selectorsOf(inputs)));
    assert.ok(selectors.includes("app.kubernetes.io/instance") && !selectors.includes("managed-by"));
  });

  it("lists the files in a kustomization, in the order to apply them in", async () => {
    const files = manifestFiles(await resourcesOf(), "test");
    const { resources, sortOptions } = parse(contentOf(files, "kustomization.yaml")) as {
      resources: string[];
      sortOptions: object;
    };
    const listed = files.map(({ name }) => name).filter((name) => /^\d/.test(name));
    assert.deepEqual([resources, sortOptions], [listed, { order: "fifo" }]);
    for (const { content } of files) assert.equal(stackOf(content), "test");
  });

  it("keeps every annotation that is not Pulumi's", async () => {
    const files = manifestFiles(await resourcesOf(), "test");
    const { metadata } = parse(contentOf(files, "deployment-chat-r1.yaml")) as {
      metadata: { annotations: Record<string, string> };
    };
    assert.deepEqual(Object.keys(metadata.annotations).sort(), [
      "pulumi-vllm.dev/contract",
      "pulumi-vllm.dev/contract-hash",
    ]);
  });

  it("writes no Secret and no text of one", async () => {
    const files = manifestFiles(await resourcesOf(WITH_SECRETS), "test");
    for (const { name, content } of files) {
      assert.doesNotMatch(content, /s3cret|\[secret\]/, name);
      assert.doesNotMatch(content, /^kind: Secret$/m, name);
    }
  });

  it("gives a command for each Secret that the manifests use", async () => {
    const files = manifestFiles(await resourcesOf(WITH_SECRETS), "test");
    const text = contentOf(files, "SECRETS.md");
    assert.ok(text.startsWith(`${HEADER}# Stack: test\n`));
    assert.match(text, /^# Secrets of stack test$/m);
    assert.deepEqual(
      text.split("\n").filter((line) => line.includes("kubectl -n")),
      [
        "kubectl -n vllm create secret generic hugging-face --from-file=token=/dev/stdin",
        "openssl rand -hex 20 | tr -d '\\n' | kubectl -n vllm create secret generic chat-api-key --from-file=api-key=/dev/stdin",
      ],
    );
  });

  it("uses no Secret that SECRETS.md does not name", async () => {
    const files = manifestFiles(await resourcesOf(WITH_SECRETS), "test");
    const text = contentOf(files, "SECRETS.md");
    const used = [
      ...contentOf(files, "deployment-chat-r1.yaml").matchAll(/secretKeyRef:\n\s+key: (\S+)\n\s+name: (\S+)/g),
    ];
    assert.deepEqual(
      used.map(([, key, name]) => [key, name]),
      [
        ["api-key", "chat-api-key"],
        ["token", "hugging-face"],
      ],
    );
    for (const [, key, name] of used) assert.match(text, new RegExp(`generic ${name} --from-\\w+=${key}=`));
  });

  it("leaves out components and what is of another provider", async () => {
    const resources = (await resourcesOf()).filter(({ type }) => !type.startsWith("kubernetes:"));
    assert.ok(resources.length > 4);
    assert.deepEqual(manifestFiles(resources, "test"), []);
  });
});

describe("leftOut", () => {
  it("is nothing where all is manifests, Secrets or Pulumi's own", async () => {
    assert.deepEqual(leftOut(await resourcesOf()), []);
  });

  it("counts what the cloud and Helm have to make", async () => {
    const resources = await resourcesOf(builtCluster());
    const releases = resources.filter(({ type }) => type.endsWith(":Release")).length;
    const aws = resources.filter(({ type, custom }) => custom && type.startsWith("aws:")).length;
    assert.ok(releases > 0 && aws > 0);
    assert.deepEqual(leftOut(resources).sort(), [`${releases} Helm releases`, `${aws} cloud resources`]);
  });
});
