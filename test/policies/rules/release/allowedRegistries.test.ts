import assert from "node:assert/strict";

import { allowedRegistries } from "../../../../policies/rules/release/allowedRegistries.js";
import { deployment, IMAGE, type Json, messages, plainPod, resource } from "../../fixtures.js";

const of = (image: string, ...registries: string[]) => messages(allowedRegistries, plainPod({ image }), { registries });

describe("allowed-registries", () => {
  it("allows any registry unless some are named", async () => {
    assert.deepEqual(await messages(allowedRegistries, deployment()), []);
    for (const registries of [[], [""], undefined] satisfies Json[]) {
      assert.deepEqual(await messages(allowedRegistries, deployment(), { registries }), []);
    }
  });

  const good: Array<[image: string, place: string]> = [
    ["ghcr.io/acme/app:1", "ghcr.io"],
    ["ghcr.io/acme/app:1", "GHCR.io/acme"],
    ["ghcr.io/acme/app:1", "ghcr.io/acme/"],
    ["ghcr.io/acme/app:1", "ghcr.io/acme/*"],
    ["ghcr.io/acme/app:1", "https://ghcr.io/acme/app"],
    ["GHCR.IO/acme/app", "ghcr.io"],
    ["localhost:5000/app", "localhost:5000"],
    ["nginx", "docker.io"],
    ["nginx", "docker.io/library"],
    ["nginx", "library"],
    ["index.docker.io/vllm/vllm-openai", "docker.io/vllm"],
    ["vllm/vllm-openai", "registry-1.docker.io"],
    ["vllm/vllm-openai", "vllm"],
    ["1.dkr.ecr.eu-west-1.amazonaws.com/a", "*.dkr.ecr.eu-west-1.amazonaws.com"],
    ["europe-docker.pkg.dev/p/r/a", "*-docker.pkg.dev/p"],
  ];
  for (const [image, place] of good) {
    it(`takes ${image} for one of ${place}`, async () => assert.deepEqual(await of(image, "other.example", place), []));
  }

  const bad: Array<[image: string, place: string]> = [
    ["ghcr.io/acme-evil/app", "ghcr.io/acme"],
    ["ghcr.io.evil.example/acme/app", "ghcr.io"],
    ["evil.example/ghcr.io/acme/app", "ghcr.io"],
    ["a.ghcr.io/app", "ghcr.io"],
    ["ghcr.io:8443/acme/app", "ghcr.io"],
    ["docker.io/evil/nginx", "docker.io/library"],
    ["nginx", "ghcr.io"],
    ["vllm/vllm-openai", "vllm/vllm"],
    ["a.b.dkr.ecr.eu-west-1.amazonaws.com/a", "*.dkr.ecr.eu-west-1.amazonaws.com"],
    ["evil.example/x.dkr.ecr.eu-west-1.amazonaws.com/a", "*.dkr.ecr.eu-west-1.amazonaws.com"],
  ];
  for (const [image, place] of bad) {
    it(`does not take ${image} for one of ${place}`, async () => {
      assert.deepEqual(await of(image, place), [
        `container "web": image "${image}" is of another registry: allowed are ${place}`,
      ]);
    });
  }

  it("sees every image of a pod, of a custom resource and of a chart's values", async () => {
    const registries = ["docker.io"];
    const volumes = [{ name: "weights", image: { reference: "ghcr.io/acme/weights:1" } }];
    const initContainers = [{ name: "load", image: "quay.io/a/b:1" }];
    assert.deepEqual(
      await messages(allowedRegistries, deployment({ pod: { volumes, initContainers } }), { registries }),
      [
        'init container "load": image "quay.io/a/b:1" is of another registry: allowed are docker.io',
        'volume "weights": image "ghcr.io/acme/weights:1" is of another registry: allowed are docker.io',
      ],
    );
    const values = {
      a: { image: { registry: "quay.io", repository: "a/b" } },
      b: { image: { tag: "1.2.3" } },
      c: { image: IMAGE },
    };
    const release = resource("kubernetes:helm.sh/v3:Release", "r", { chart: "c", values });
    assert.deepEqual(await messages(allowedRegistries, release, { registries }), [
      'values.a.image: image "quay.io/a/b" is of another registry: allowed are docker.io',
    ]);
  });
});
