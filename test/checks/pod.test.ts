import assert from "node:assert/strict";

import { loadModels } from "../../components/checks/load.js";
import { ContractError, formatProblem } from "../../components/config/problems.js";
import { mounts } from "../../components/engine/volumes.js";
import { IMAGE, modelConfig } from "../serving/fixtures.js";

/** Problems of a stack's section beside a model's. */
function problemsOf(pod: object, ofModel?: object, release: object = {}, nodeGroups?: object): string[] {
  const model = modelConfig({ ...(ofModel !== undefined && { pod: ofModel }), releases: { r1: release } });
  try {
    loadModels({ chat: model }, nodeGroups, { pod });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ContractError)) throw thrown;
    return thrown.problems.map(formatProblem);
  }
}

const reason = "the platform's";
/** As the engine has it: plain values. */
type Mount = { name: string; mountPath: string };
const volume = (changes: object) => ({ volumes: { ca: { configMap: "corporate-ca", reason, ...changes } } });
const sidecar = (changes: object) => ({ sidecars: { mesh: { image: IMAGE, reason, ...changes } } });

describe("a pod section", () => {
  for (const { name, mountPath } of mounts({ chatTemplate: { text: "{{ messages }}", reason } }) as Mount[]) {
    it(`takes neither name nor place of the engine's volume ${name}`, () => {
      const problems = problemsOf({ volumes: { [name]: { configMap: "x", mountPath, reason } } }).join("\n");
      assert.match(problems, /is a volume of the engine's own/);
      assert.match(problems, /would cover files that the engine is made of/);
    });
  }

  const right: Record<string, object> = {
    "nothing at all": {},
    "pull secrets and a runtime class": {
      imagePullSecrets: ["registry"],
      runtimeClassName: "nvidia",
      schedulerName: "volcano",
    },
    "labels and annotations": { labels: { team: "llm" }, annotations: { "sidecar.istio.io/inject": "true" } },
    "an account that exists": { serviceAccount: { name: "models" } },
    "annotations of the account": { serviceAccount: { annotations: { "azure.workload.identity/client-id": "x" } } },
    "user and groups": { securityContext: { runAsUser: 1000, runAsGroup: 0, fsGroup: 1000, supplementalGroups: [44] } },
    "variables from objects": {
      env: {
        AWS_ACCESS_KEY_ID: { secret: { name: "s3", key: "id" }, reason },
        REGION: { configMap: { name: "site", key: "region" }, reason },
      },
    },
    "a volume of every kind": {
      volumes: {
        a: { configMap: "ca", items: { "ca.crt": "bundle.crt" }, mountPath: "/etc/ssl/corporate", reason },
        b: { secret: "tls", mountPath: "/etc/tls", reason },
        c: { claim: "data", mountPath: "/data", readOnly: false, reason },
        d: {
          csi: { driver: "secrets-store.csi.k8s.io", volumeAttributes: { secretProviderClass: "x" } },
          mountPath: "/mnt/s",
          reason,
        },
        e: { image: IMAGE, mountPath: "/mnt/image", reason },
        f: { emptyDir: { sizeGiB: 5 }, mountPath: "/scratch", reason },
      },
    },
    "containers before and beside the engine": {
      ...sidecar({ mounts: { shared: "/shared" }, env: { LEVEL: { value: "info" } } }),
      initContainers: { fetch: { image: IMAGE, command: ["sh", "-c", "true"], mounts: { shared: "/shared" }, reason } },
      volumes: { shared: { emptyDir: { sizeGiB: 1 }, reason } },
    },
    "affinity and spread": {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }],
        },
      },
      topologySpread: [{ topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" }],
    },
  };
  for (const [what, pod] of Object.entries(right)) {
    it(`may have ${what}, for the stack and for a model`, () => {
      assert.deepEqual(problemsOf(pod), []);
      assert.deepEqual(problemsOf({}, pod), []);
    });
  }

  const wrong: [what: string, pod: object, said: RegExp][] = [
    [
      "a label of ours",
      { labels: { "app.kubernetes.io/instance": "x" } },
      /pod\.labels\["?app.*is set by this project/,
    ],
    ["an annotation of ours", { annotations: { "pulumi-vllm.dev/contract": "{}" } }, /is set by this project/],
    [
      "AppArmor off",
      { annotations: { "container.apparmor.security.beta.kubernetes.io/vllm": "unconfined" } },
      /changes how the pod is confined/,
    ],
    [
      "seccomp off",
      { annotations: { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" } },
      /changes how the pod is confined/,
    ],
    ["root", { securityContext: { runAsUser: 0 } }, /runAsUser: 0 is too small: use at least 1/],
    ["privileges", { securityContext: { privileged: true } }, /unknown key/],
    [
      "an account of both kinds",
      { serviceAccount: { name: "a", annotations: {} } },
      /give one of name and annotations/,
    ],
    [
      "a variable of the contract",
      { env: { HF_HOME: { secret: { name: "a", key: "b" }, reason } } },
      /HF_HOME: the contract sets this variable itself/,
    ],
    [
      "a setting of vLLM",
      { env: { VLLM_LOGGING_LEVEL: { configMap: { name: "a", key: "b" }, reason } } },
      /is a setting of vLLM/,
    ],
    [
      "code by a variable",
      { env: { LD_PRELOAD: { configMap: { name: "a", key: "b" }, reason } } },
      /LD_PRELOAD .*nobody reviews what an object holds/,
    ],
    [
      "a variable without a source",
      { env: { REGION: { reason } } },
      /says not where it comes from: give one of secret and configMap/,
    ],
    [
      "a variable without a reason",
      { env: { REGION: { configMap: { name: "a", key: "b" } } } },
      /REGION\.reason: is missing/,
    ],
    [
      "a volume without a source",
      { volumes: { ca: { mountPath: "/x", reason } } },
      /give one of configMap, secret, claim, csi, image and emptyDir/,
    ],
    ["a volume of two sources", volume({ secret: "x" }), /comes from configMap and secret/],
    ["a volume without a reason", volume({ reason: undefined }), /volumes\.ca\.reason: is missing/],
    [
      "a volume of the engine's",
      { volumes: { cache: { configMap: "x", reason } } },
      /"cache" is a volume of the engine's own/,
    ],
    [
      "an image volume that is not pinned",
      { volumes: { a: { image: "acme/data", mountPath: "/x", reason } } },
      /volumes\.a\.image: "acme\/data" is not pinned/,
    ],
    [
      "items of a claim",
      { volumes: { a: { claim: "x", items: { a: "b" }, reason } } },
      /are keys of a ConfigMap or Secret/,
    ],
    ...[
      "/",
      "/cache",
      "/cache/x",
      "/tmp",
      "/dev/shm",
      "/usr/lib",
      "/usr",
      "/vllm-workspace",
      "/etc",
      "/etc/ld.so.preload",
      "/x/../usr",
      "//usr",
      "/proc/1",
      ...["/etc/python3.12", "/etc/python3.12/sitecustomize.py", "/etc/alternatives/python3", "/etc/ssl"],
      ...["/etc/ssl/openssl.cnf", "/etc/nccl.conf", "/etc/libibverbs.d", "/etc/hosts", "/etc/resolv.conf"],
    ].map((mountPath): [string, object, RegExp] => [`a mount at ${mountPath}`, volume({ mountPath }), /mountPath: /]),
    ...["../x", "/x", "a/../../x", "a/.."].flatMap((within): [string, object, RegExp][] => [
      [`a path ${within} of a volume`, volume({ mountPath: "/a", subPath: within }), /subPath: .* not a path within/],
      [`an item at ${within}`, volume({ mountPath: "/a", items: { k: within } }), /items\.k: .* not a path within/],
    ]),
    ["a relative mount", volume({ mountPath: "etc" }), /is not an absolute path/],
    [
      "a container named as the engine",
      { sidecars: { vllm: { image: IMAGE, reason } } },
      /"vllm" is the engine's own container/,
    ],
    [
      "a container that is not pinned",
      sidecar({ image: "envoyproxy/envoy:latest" }),
      /sidecars\.mesh\.image: .* is not pinned/,
    ],
    ["a container without a reason", sidecar({ reason: undefined }), /sidecars\.mesh\.reason: is missing/],
    [
      "a mount of no volume",
      sidecar({ mounts: { data: "/data" } }),
      /there is no volume "data": describe it in volumes/,
    ],
    ["a container with a GPU", sidecar({ resources: {} }), /unknown key/],
    [
      "a credential in plain text",
      sidecar({ env: { KEY: { value: "hf_abcdefghijklmnopqrstuvwxyz123456" } } }),
      /holds what looks like/,
    ],
    [
      "a variable of two sources",
      sidecar({ env: { A: { value: "x", secret: { name: "a", key: "b" } } } }),
      /comes from value and secret/,
    ],
    [
      "a credential in a container's arguments",
      sidecar({ args: ["--quiet", "--token=hf_abcdefghijklmnopqrstuvwxyz123456"] }),
      /sidecars\.mesh\.args\[1\]: holds what looks like a token of Hugging Face, in plain text: use env with a secret/,
    ],
    [
      "a container that sees the node's GPUs",
      sidecar({ env: { NVIDIA_VISIBLE_DEVICES: { value: "all" } } }),
      /sidecars\.mesh\.env\.NVIDIA_VISIBLE_DEVICES: .* which of the node's GPUs/,
    ],
    [
      "GPUs by a variable",
      { env: { NVIDIA_VISIBLE_DEVICES: { configMap: { name: "a", key: "b" }, reason } } },
      /pod\.env\.NVIDIA_VISIBLE_DEVICES: .* which of the node's GPUs/,
    ],
    [
      "two volumes at one path of a container",
      {
        ...sidecar({ mounts: { a: "/data", b: "/data/" } }),
        volumes: { a: { configMap: "a", reason }, b: { configMap: "b", reason } },
      },
      /mesh\.mounts\.b: "\/data" is where "a" is mounted/,
    ],
    [
      "a container's mount that leads elsewhere",
      { ...sidecar({ mounts: { a: "/x/../proc" } }), volumes: { a: { configMap: "a", reason } } },
      /mesh\.mounts\.a: .* is not a plain path/,
    ],
    ["host networking", { hostNetwork: true }, /unknown key/],
    ["affinity with a typo", { affinity: { nodeAfinity: {} } }, /unknown key; did you mean nodeAffinity/],
  ];
  for (const [what, pod, said] of wrong) {
    it(`may not have ${what}, for the stack or for a model`, () => {
      assert.match(problemsOf(pod).join("\n"), said);
      assert.match(problemsOf({}, pod).join("\n"), said);
    });
  }

  it("joins the stack's with a model's: what fits neither alone is found together", () => {
    assert.match(
      problemsOf(volume({ mountPath: "/etc/ssl/one" }), {
        volumes: { other: { secret: "x", mountPath: "/etc/ssl/one/", reason } },
      }).join("\n"),
      /models\.chat\.pod\.volumes\.other\.mountPath: "\/etc\/ssl\/one" is where "ca" is mounted/,
    );
    assert.match(
      problemsOf(sidecar({}), { initContainers: { mesh: { image: IMAGE, reason } } }).join("\n"),
      /models\.chat\.pod\.sidecars\.mesh: is an init container's name, too/,
    );
    assert.match(
      problemsOf({ env: { REGION: { configMap: { name: "a", key: "b" }, reason } } }, undefined, {
        env: { REGION: { value: "eu", reason } },
      }).join("\n"),
      /REGION: is in env of a release, too/,
    );
    // The model's takes the place of the stack's.
    assert.deepEqual(problemsOf(volume({ mountPath: "/etc/one" }), volume({ mountPath: "/etc/two" })), []);
  });

  it("counts sidecars and volumes in what a node has to have", () => {
    const nodes = {
      own: { purpose: "inference", gpu: "l4", node: { gpus: 1, cpus: 4, memoryGiB: 16, diskGiB: 40 }, max: 1 },
    };
    assert.deepEqual(problemsOf({}, undefined, {}, nodes), []);
    assert.match(
      problemsOf(sidecar({ cpus: 2 }), undefined, {}, nodes).join("\n"),
      /3 cores, and 2 for what the pod has besides do not fit/,
    );
    assert.match(problemsOf(sidecar({ memoryGiB: 5 }), undefined, {}, nodes).join("\n"), /12 GiB, and 5 GiB for what/);
    const large = { volumes: { a: { emptyDir: { sizeGiB: 20 }, reason } } };
    assert.match(problemsOf(large, undefined, {}, nodes).join("\n"), /diskGiB: 27 GiB, and 22 GiB for what/);
  });
});
