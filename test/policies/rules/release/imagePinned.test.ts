import assert from "node:assert/strict";

import { imagePinned } from "../../../../policies/rules/release/imagePinned.js";
import { IMAGE, type Json, deployment, messages, plainPod, resource } from "../../fixtures.js";

describe("image-pinned", () => {
  it("accepts a digest, in init containers and in pods without vLLM too", async () => {
    const initContainers = [{ name: "download", image: IMAGE }];
    assert.deepEqual(await messages(imagePinned, [deployment({ pod: { initContainers } }), plainPod()]), []);
  });

  it("refuses a tag alone, unless the setting asks for no more", async () => {
    const tagged = deployment({ container: { image: "vllm/vllm-openai:v0.30.0" } });
    assert.deepEqual(await messages(imagePinned, tagged), [
      'container "vllm": image "vllm/vllm-openai:v0.30.0" is pinned by its tag alone, which can be moved: use a version tag with its digest, name:tag@sha256:…',
    ]);
    assert.deepEqual(await messages(imagePinned, tagged, { require: "tag" }), []);
  });

  for (const image of ["vllm/vllm-openai:latest", "vllm/vllm-openai", "vllm/vllm-openai:nightly"]) {
    it(`refuses ${image} whatever the setting`, async () => {
      const moving = deployment({ container: { image } });
      assert.deepEqual(await messages(imagePinned, moving, { require: "tag" }), [
        `container "vllm": image "${image}" is not pinned: use a version tag, such as name:v1.2.3`,
      ]);
      assert.equal((await messages(imagePinned, moving)).length, 1);
    });
  }

  it("refuses an image that is absent or no reference", async () => {
    const found = await messages(imagePinned, [plainPod({ image: undefined }), plainPod({ image: "Not An Image" })]);
    assert.match(found[0] ?? "", /^container "web": image nothing is no image reference/);
    assert.match(found[1] ?? "", /^container "web": image "Not An Image" is no image reference/);
  });

  it("sees init containers and the pods of every kind of workload", async () => {
    const pod = { spec: { initContainers: [{ name: "fetch", image: "busybox" }] } };
    const cronJob = resource("kubernetes:batch/v1:CronJob", "nightly", {
      spec: { jobTemplate: { spec: { template: pod } } },
    });
    const kinds = ["apps/v1:StatefulSet", "apps/v1:DaemonSet", "apps/v1:ReplicaSet", "extensions/v1beta1:Deployment"];
    const others = [...kinds, "batch/v1:Job"].map((kind) =>
      resource(`kubernetes:${kind}`, "fetcher", { spec: { template: pod } }),
    );
    const found = await messages(imagePinned, [cronJob, ...others]);
    assert.deepEqual(
      new Set(found),
      new Set([
        'init container "fetch": image "busybox" is not pinned: use a version tag with its digest, name:tag@sha256:…',
      ]),
    );
    assert.equal(found.length, 6);
  });

  const release = (values: Json) =>
    messages(imagePinned, resource("kubernetes:helm.sh/v3:Release", "r", { chart: "c", version: "1.2.3", values }));
  const moving = (where: string, image: string) =>
    `${where}: image "${image}" is not pinned: use a version tag with its digest, name:tag@sha256:…`;

  const moved: Array<[values: Json, where: string, image: string]> = [
    [{ image: "vllm/vllm-openai:latest" }, "values.image", "vllm/vllm-openai:latest"],
    [{ image: { repository: "vllm/vllm-openai", tag: "latest" } }, "values.image", "vllm/vllm-openai:latest"],
    [{ image: { registry: "ghcr.io", repository: "a/b", tag: "main" } }, "values.image", "ghcr.io/a/b:main"],
    [{ image: { tag: "nightly" } }, "values.image", "image:nightly"],
    [{ image: { name: "a/b", tag: "v1" } }, "values.image", "a/b:v1"],
    [{ models: [{ repository: "a/b", tag: "dev" }] }, "values.models[0]", "a/b:dev"],
    [{ initImage: "a/b:latest" }, "values.initImage", "a/b:latest"],
    [{ image: "a/b", imageTag: "latest" }, "values.image", "a/b:latest"],
    [
      { driver: { repository: "nvcr.io/nvidia", image: "driver", version: "latest" } },
      "values.driver.image",
      "nvcr.io/nvidia/driver:latest",
    ],
    [{ extra: [{ name: "x", image: "busybox", command: ["sh"] }] }, "values.extra[0].image", "busybox"],
  ];
  for (const [values, where, image] of moved) {
    it(`refuses ${JSON.stringify(values)} in a chart's values`, async () => {
      assert.deepEqual(await release(values), [moving(where, image)]);
    });
  }

  for (const values of [
    { image: { repository: "vllm/vllm-openai" } },
    { image: { repository: "a/b", tag: "" } },
    { image: { repository: "a/b", tag: null } },
    { image: { repository: "a/b", tag: "v1.2.3" } },
    { image: { repository: "a/b", tag: "latest", digest: `sha256:${"0".repeat(64)}` } },
    { image: { repository: "a/b", tag: "latest", sha: "0".repeat(64) } },
    { image: { tag: `v1@sha256:${"0".repeat(64)}` } },
    { image: { pullPolicy: "Always" } },
    { image: { tag: "{{ .Chart.AppVersion }}" } },
    { image: "a/b", version: "1.2.3" },
    { image: null, imagePullSecrets: [{ name: "latest" }] },
    { repository: "https://example.org/a.git", tag: "latest" },
    { driver: { repository: "nvcr.io/nvidia", image: "driver", version: `sha256:${"0".repeat(64)}` } },
    { tag: "latest" },
  ] satisfies Json[]) {
    it(`accepts ${JSON.stringify(values).slice(0, 70)} in a chart's values`, async () => {
      assert.deepEqual(await release(values), []);
    });
  }

  it("reads values as every kind that installs charts has them", async () => {
    const image = { repository: "a/b", tag: "latest" };
    const yaml = "image:\n  repository: a/b\n  tag: latest\n";
    const set = [
      { name: "image.repository", value: "a/b" },
      { name: "image.tag", value: "latest" },
    ];
    const kinds: Array<[type: string, props: { [key: string]: Json }, where: string]> = [
      ["helm.sh/v4:Chart", { chart: "c", values: { image } }, "values.image"],
      ["helm.toolkit.fluxcd.io/v2:HelmRelease", { spec: { values: { image } } }, "spec.values.image"],
      [
        "argoproj.io/v1alpha1:Application",
        { spec: { source: { helm: { valuesObject: { image } } } } },
        "spec.source.helm.valuesObject.image",
      ],
      [
        "argoproj.io/v1alpha1:Application",
        { spec: { sources: [{ helm: { values: yaml } }] } },
        "spec.sources[0].helm.values.image",
      ],
      [
        "argoproj.io/v1alpha1:Application",
        { spec: { source: { helm: { parameters: set } } } },
        "spec.source.helm.parameters.image",
      ],
      ["helm.cattle.io/v1:HelmChart", { spec: { valuesContent: yaml } }, "spec.valuesContent.image"],
      [
        "helm.cattle.io/v1:HelmChart",
        { spec: { set: { "image.repository": "a/b", "image.tag": "latest" } } },
        "spec.set.image",
      ],
      ["helm.crossplane.io/v1beta1:Release", { spec: { forProvider: { set } } }, "spec.forProvider.set.image"],
    ];
    for (const [type, props, where] of kinds) {
      assert.deepEqual(await messages(imagePinned, resource(`kubernetes:${type}`, "r", props)), [
        moving(where, "a/b:latest"),
      ]);
    }
  });

  it("reads the fields of custom resources, and takes none for an image that may be something else", async () => {
    const of = (type: string, spec: Json) =>
      messages(imagePinned, resource(`kubernetes:${type}`, "r", { spec }), { require: "tag" });
    const fix = "use a version tag, such as name:v1.2.3";
    assert.deepEqual(
      await of("production-stack.vllm.ai/v1alpha1:VLLMRuntime", {
        deploymentConfig: { image: { registry: "docker.io", name: "vllm/vllm-openai" } },
      }),
      [`spec.deploymentConfig.image: image "docker.io/vllm/vllm-openai" is not pinned: ${fix}`],
    );
    assert.deepEqual(
      await of("apps.nvidia.com/v1alpha1:NIMService", { image: { repository: "nvcr.io/nim/a", tag: "latest" } }),
      [`spec.image: image "nvcr.io/nim/a:latest" is not pinned: ${fix}`],
    );
    assert.deepEqual(await of("monitoring.coreos.com/v1:Prometheus", { image: "quay.io/prometheus/prometheus:main" }), [
      `spec.image: image "quay.io/prometheus/prometheus:main" is not pinned: ${fix}`,
    ]);
    for (const [type, spec] of [
      ["image.toolkit.fluxcd.io/v1:ImageRepository", { image: "ghcr.io/acme/app" }],
      ["infrastructure.cluster.x-k8s.io/v1beta1:OpenStackMachine", { image: { filter: { name: "ubuntu" } } }],
      ["apiextensions.k8s.io/v1:CustomResourceDefinition", { image: { description: "a:latest", type: "string" } }],
      ["example.org/v1:Thing", { image: "ubuntu-22.04" }],
      ["monitoring.coreos.com/v1:Prometheus", { image: "quay.io/prometheus/prometheus:v3.1.0" }],
    ] as const) {
      assert.deepEqual(await of(type, spec), [], type);
    }
  });
});
