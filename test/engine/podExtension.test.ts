import assert from "node:assert/strict";

import fc from "fast-check";

import { checkPod } from "../../components/checks/pod.js";
import { parse } from "../../components/config/parse.js";
import { type PodConfig, podSchema } from "../../components/contract/pod.js";
import { mergedPod } from "../../components/derive/pod.js";
import { deploymentSpec } from "../../components/serving/workload/deployment.js";
import { CONTEXT, contractOf, IMAGE } from "../serving/fixtures.js";

const reason = "the platform's";
const PLAN = contractOf();

interface Named {
  name: string;
  mountPath?: string;
  [field: string]: unknown;
}

interface ContainerShape extends Named {
  args: string[];
  env: Named[];
  volumeMounts: Named[];
  resources: Record<"requests" | "limits", Record<string, string>>;
}

/** A pod template as the API server would read it. */
interface Template {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    containers: [ContainerShape];
    initContainers?: ContainerShape[];
    volumes: Named[];
    securityContext: Record<string, unknown>;
    topologySpreadConstraints: { topologyKey: string }[];
    [field: string]: unknown;
  };
}

/** The pod template of chat's r1. */
function templateWith(extension?: PodConfig): Template {
  const context = { ...CONTEXT, namespace: "models", partOf: "test", ...(extension !== undefined && { extension }) };
  const { spec } = deploymentSpec(PLAN, context);
  return JSON.parse(JSON.stringify((spec as { template: object }).template)) as Template;
}

const section = (input: object): PodConfig => {
  const { value, problems } = parse(podSchema, input, "pod");
  assert.deepEqual([...problems, ...checkPod(value, "pod")], []);
  return value!;
};

describe("the pod section in a pod", function () {
  this.timeout(60_000);

  it("adds what the platform wants", () => {
    const { metadata, spec } = templateWith(
      section({
        imagePullSecrets: ["registry"],
        runtimeClassName: "nvidia",
        schedulerName: "volcano",
        labels: { team: "llm" },
        annotations: { "sidecar.istio.io/inject": "false" },
        securityContext: { runAsUser: 1000 },
        env: {
          REGION: { configMap: { name: "site", key: "region" }, reason },
          KEY: { secret: { name: "s3", key: "id" }, reason },
        },
        volumes: {
          ca: { configMap: "corporate-ca", items: { "ca.crt": "bundle.crt" }, mountPath: "/etc/ssl/corporate", reason },
          room: { emptyDir: { sizeGiB: 5 }, mountPath: "/scratch", reason },
        },
        initContainers: { wait: { image: IMAGE, command: ["true"], mounts: { room: "/room" }, reason } },
        sidecars: { mesh: { image: IMAGE, cpus: 0.25, memoryGiB: 0.5, reason } },
        topologySpread: [{ topologyKey: "kubernetes.io/hostname" }],
      }),
    );
    assert.equal(metadata.labels["team"], "llm");
    assert.deepEqual(metadata.annotations, { "sidecar.istio.io/inject": "false" });
    assert.deepEqual(spec.imagePullSecrets, [{ name: "registry" }]);
    assert.deepEqual([spec["runtimeClassName"], spec["schedulerName"]], ["nvidia", "volcano"]);
    assert.equal(spec.securityContext["runAsUser"], 1000);
    assert.deepEqual(
      spec.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
      ["kubernetes.io/hostname"],
    );
    const [engine] = spec.containers;
    assert.deepEqual(engine.env.slice(-2), [
      { name: "REGION", valueFrom: { configMapKeyRef: { name: "site", key: "region" } } },
      { name: "KEY", valueFrom: { secretKeyRef: { name: "s3", key: "id" } } },
    ]);
    assert.deepEqual(engine.volumeMounts.slice(-2), [
      { name: "ca", mountPath: "/etc/ssl/corporate", readOnly: true },
      { name: "room", mountPath: "/scratch", readOnly: false },
    ]);
    assert.deepEqual(spec.volumes.slice(-2), [
      { name: "ca", configMap: { name: "corporate-ca", items: [{ key: "ca.crt", path: "bundle.crt" }] } },
      { name: "room", emptyDir: { sizeLimit: "5Gi" } },
    ]);
    // The volume is on the node's disk, for which the pod has to ask.
    assert.equal(engine.resources.limits["ephemeral-storage"], "34Gi");
    assert.equal(templateWith().spec.containers[0].resources.limits["ephemeral-storage"], "29Gi");
    assert.deepEqual(
      spec.initContainers!.map(({ name, restartPolicy }) => [name, restartPolicy]),
      [
        ["mesh", "Always"],
        ["wait", undefined],
      ],
    );
    const mesh = spec.initContainers![0]!;
    assert.deepEqual(mesh.resources, { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "512Mi" } });
    assert.deepEqual(mesh["securityContext"], engine["securityContext"]);
    const variables = spec.initContainers!.map(({ env }) => env.find(({ name }) => name === "NVIDIA_VISIBLE_DEVICES"));
    const none = { name: "NVIDIA_VISIBLE_DEVICES", value: "void" };
    assert.deepEqual(variables, [none, none], "an image's own value would show every GPU of the node");
  });

  it("changes nothing where it is empty", () => {
    assert.deepEqual(templateWith({}), templateWith());
  });

  /** Anything that the schema takes, right or wrong by the checks. */
  const text = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const name = fc.oneof(text, fc.constantFrom("vllm", "cache", "shm", "tmp", "nvidia"));
  const key = fc.record({ name: text, key: text });
  const variable = fc.oneof(fc.record({ secret: key, reason: text }), fc.record({ configMap: key, reason: text }));
  const variableName = fc.constantFrom(
    "HF_HOME",
    "VLLM_API_KEY",
    "HF_TOKEN",
    "LD_PRELOAD",
    "REGION",
    "A",
    "B",
    "PATH",
    "VLLM_PORT",
  );
  const path = fc.constantFrom(
    "/cache",
    "/tmp",
    "/dev/shm",
    "/data",
    "/etc/ssl/own",
    "/usr/lib",
    "/",
    "/cache/vllm",
    "/mnt/x",
  );
  const volume = fc.oneof(
    fc.record({ configMap: text, mountPath: path, reason: text }),
    fc.record({ secret: text, mountPath: path, reason: text }),
    fc.record({ claim: text, mountPath: path, readOnly: fc.boolean(), reason: text }),
    fc.record({ emptyDir: fc.record({ sizeGiB: fc.integer({ min: 1, max: 100 }) }), mountPath: path, reason: text }),
    fc.record({ image: fc.constantFrom(IMAGE, "acme/x"), mountPath: path, reason: text }),
  );
  const container = fc.record({
    image: fc.constantFrom(IMAGE, "acme/x:latest"),
    args: fc.array(text, { maxLength: 2 }),
    cpus: fc.double({ min: 0.1, max: 4, noNaN: true }),
    memoryGiB: fc.double({ min: 0.1, max: 4, noNaN: true }),
    reason: text,
  });
  const metadata = fc.dictionary(
    fc.constantFrom(
      "team",
      "app.kubernetes.io/instance",
      "pulumi-vllm.dev/release",
      "sidecar.istio.io/inject",
      "container.apparmor.security.beta.kubernetes.io/vllm",
    ),
    text,
  );
  const anySection = fc.record(
    {
      imagePullSecrets: fc.array(text, { maxLength: 3 }),
      runtimeClassName: text,
      schedulerName: text,
      labels: metadata,
      annotations: metadata,
      serviceAccount: fc.oneof(fc.record({ name: text }), fc.record({ annotations: metadata })),
      securityContext: fc.record({
        runAsUser: fc.integer({ min: 0, max: 3000 }),
        fsGroup: fc.integer({ min: 0, max: 3000 }),
      }),
      topologySpread: fc.array(fc.record({ topologyKey: text }), { maxLength: 2 }),
      env: fc.dictionary(variableName, variable, { maxKeys: 4 }),
      volumes: fc.dictionary(name, volume, { maxKeys: 4 }),
      initContainers: fc.dictionary(name, container, { maxKeys: 2 }),
      sidecars: fc.dictionary(name, container, { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  );

  /** What the schema and the checks let through: nothing else is ever deployed. */
  function rightPartsOf(input: Readonly<Record<string, unknown>>): PodConfig {
    const right = Object.entries(input).map(([key, given]) => {
      const entries = typeof given === "object" && !Array.isArray(given) ? Object.entries(given as object) : [];
      const whole = parse(podSchema, { [key]: given }, "pod");
      if (whole.value !== undefined && checkPod(whole.value, "pod").length === 0) return whole.value;
      // Of a record, those entries that are right alone.
      const kept = entries.filter(([name, item]) => {
        const { value } = parse(podSchema, { [key]: { [name]: item as unknown } }, "pod");
        return value !== undefined && checkPod(value, "pod").length === 0;
      });
      return parse(podSchema, { [key]: Object.fromEntries(kept) }, "pod").value ?? {};
    });
    return Object.assign({}, ...right) as PodConfig;
  }

  it("touches no argument, probe, resource or security setting that the contract decides, whatever it holds", () => {
    const before = templateWith();
    const [engineBefore] = before.spec.containers;
    let taken = 0;
    fc.assert(
      fc.property(anySection, anySection, (stack, model) => {
        const pod = mergedPod(rightPartsOf(stack), rightPartsOf(model));
        if (Object.keys(pod).length > 0) taken += 1;
        const { metadata, spec } = templateWith(pod);
        assert.equal(spec.containers.length, 1);
        const [engine] = spec.containers;
        for (const field of [
          "name",
          "image",
          "command",
          "args",
          "ports",
          "startupProbe",
          "readinessProbe",
          "livenessProbe",
          "lifecycle",
          "securityContext",
        ])
          assert.deepEqual(engine[field], engineBefore[field], field);
        for (const side of ["requests", "limits"] as const) {
          const { "ephemeral-storage": _, ...rest } = engine.resources[side];
          const { "ephemeral-storage": __, ...restBefore } = engineBefore.resources[side];
          assert.deepEqual(rest, restBefore);
        }
        // What is added comes after, and takes no name that is there.
        const lists: [Named[], Named[], "name" | "mountPath"][] = [
          [engine.env, engineBefore.env, "name"],
          [engine.volumeMounts, engineBefore.volumeMounts, "mountPath"],
          [spec.volumes, before.spec.volumes, "name"],
        ];
        for (const [list, listBefore, id] of lists) {
          assert.deepEqual(list.slice(0, listBefore.length), listBefore);
          const added = list.slice(listBefore.length).map((item) => item[id]);
          for (const item of listBefore) assert.ok(!added.includes(item[id]), item[id]);
        }
        for (const [label, value] of Object.entries(before.metadata.labels))
          assert.equal(metadata.labels[label], value);
        const { runAsUser, runAsGroup, fsGroup, supplementalGroups: _, ...security } = spec.securityContext;
        assert.deepEqual(security, { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
        assert.ok(Number(runAsUser) > 0 && Number(runAsGroup) >= 0 && Number(fsGroup) >= 0);
        for (const field of [
          "nodeSelector",
          "tolerations",
          "automountServiceAccountToken",
          "enableServiceLinks",
          "terminationGracePeriodSeconds",
          "priorityClassName",
        ])
          assert.deepEqual(spec[field], before.spec[field], field);
        for (const beside of spec.initContainers ?? []) {
          assert.deepEqual(beside["securityContext"], engineBefore["securityContext"]);
          assert.ok(!Object.keys(beside.resources.limits).some((resource) => resource.includes("/")));
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(taken > 100, `${taken} sections were right`);
  });
});
