import assert from "node:assert/strict";

import fc from "fast-check";

import { hasVersionTag, type ImageReference, parseImage, pinOf, vllmVersionOf } from "../../components/config/image.js";

const HEX = "8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90";
const DIGEST = `sha256:${HEX}`;

describe("parseImage", () => {
  const legal: Array<[text: string, parts: ImageReference]> = [
    ["nginx", { registry: "docker.io", repository: "library/nginx" }],
    ["nginx:1.29.1", { registry: "docker.io", repository: "library/nginx", tag: "1.29.1" }],
    ["library/nginx", { registry: "docker.io", repository: "library/nginx" }],
    ["docker.io/nginx", { registry: "docker.io", repository: "library/nginx" }],
    ["docker.io/vllm/vllm-openai", { registry: "docker.io", repository: "vllm/vllm-openai" }],
    ["vllm/vllm-openai:v0.30.0", { registry: "docker.io", repository: "vllm/vllm-openai", tag: "v0.30.0" }],
    [`vllm/vllm-openai@${DIGEST}`, { registry: "docker.io", repository: "vllm/vllm-openai", digest: DIGEST }],
    [
      `vllm/vllm-openai:v0.30.0@${DIGEST}`,
      { registry: "docker.io", repository: "vllm/vllm-openai", tag: "v0.30.0", digest: DIGEST },
    ],
    ["ghcr.io/a/b/c:1", { registry: "ghcr.io", repository: "a/b/c", tag: "1" }],
    ["registry.example.com:5000/vllm:1", { registry: "registry.example.com:5000", repository: "vllm", tag: "1" }],
    ["registry:5000/a/b", { registry: "registry:5000", repository: "a/b" }],
    ["localhost/vllm", { registry: "localhost", repository: "vllm" }],
    ["localhost:5000/vllm:1", { registry: "localhost:5000", repository: "vllm", tag: "1" }],
    ["[2001:db8::1]/vllm", { registry: "[2001:db8::1]", repository: "vllm" }],
    ["[::1]:5000/a/b:1", { registry: "[::1]:5000", repository: "a/b", tag: "1" }],
    ["REGISTRY/vllm:1", { registry: "REGISTRY", repository: "vllm", tag: "1" }],
    ["Registry.Example.COM/vllm", { registry: "Registry.Example.COM", repository: "vllm" }],
    ["b_c__d--e/f.g", { registry: "docker.io", repository: "b_c__d--e/f.g" }],
    ["a/b:_x-Y.1", { registry: "docker.io", repository: "a/b", tag: "_x-Y.1" }],
    [`a/b:${"t".repeat(128)}`, { registry: "docker.io", repository: "a/b", tag: "t".repeat(128) }],
    [`a/${"b".repeat(253)}`, { registry: "docker.io", repository: `a/${"b".repeat(253)}` }],
  ];
  for (const [text, parts] of legal) {
    it(`reads ${text.slice(0, 60)}`, () => assert.deepEqual(parseImage(text), parts));
  }

  const illegal: Array<[why: string, text: string]> = [
    ["nothing", ""],
    ["a space before", " vllm/vllm-openai:v0.30.0"],
    ["a space within", "vllm/vllm openai:v0.30.0"],
    ["a line's end", "vllm/vllm-openai:v0.30.0\n"],
    ["upper case in the path", "vllm/VLLM-openai:v0.30.0"],
    ["upper case in the only component", "Vllm:v0.30.0"],
    ["upper case in the path of a registry", "ghcr.io/Vllm/vllm"],
    ["a short digest", `vllm/vllm-openai@sha256:${HEX.slice(1)}`],
    ["a long digest", `vllm/vllm-openai@sha256:${HEX}0`],
    ["upper case in the digest", `vllm/vllm-openai@sha256:${HEX.toUpperCase()}`],
    ["a digest without algorithm", `vllm/vllm-openai@${HEX}`],
    ["an empty digest", "vllm/vllm-openai:v0.30.0@"],
    ["an empty tag", "vllm/vllm-openai:"],
    ["an empty tag before a digest", `vllm/vllm-openai:@${DIGEST}`],
    ["a tag that starts with a dash", "vllm/vllm-openai:-1"],
    ["a tag of 129 characters", `a/b:${"t".repeat(129)}`],
    ["a name of 256 characters", `a/${"b".repeat(254)}`],
    ["two tags", "vllm/vllm-openai:v1:v2"],
    ["the digest before the tag", `vllm/vllm-openai@${DIGEST}:v0.30.0`],
    ["an empty component", "vllm//vllm-openai"],
    ["a slash at the start", "/vllm/vllm-openai"],
    ["a slash at the end", "vllm/vllm-openai/"],
    ["a URL", "https://ghcr.io/vllm"],
    ["three underscores", "vllm/a___b"],
    ["a dash at a component's end", "vllm/a-"],
    ["a host with an underscore", "my_host.example:5000/vllm"],
    ["only a host", "registry.example.com:5000/"],
    ["a template", "${IMAGE}"],
  ];
  for (const [why, text] of illegal) {
    it(`refuses ${why}`, () => assert.equal(parseImage(text), undefined));
  }

  it("gives back the parts that a reference is built from", () => {
    const hostLabel = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?$/);
    const port = fc.integer({ min: 1, max: 65535 });
    const registry = fc.oneof(
      fc.constantFrom("localhost", "docker.io", "[::1]", "[2001:db8::1]:5000"),
      fc.array(hostLabel, { minLength: 2, maxLength: 4 }).map((labels) => labels.join(".")),
      fc.tuple(hostLabel, port).map(([label, number]) => `${label}:${number}`),
    );
    const component = fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
    const path = fc.array(component, { minLength: 2, maxLength: 4 }).map((components) => components.join("/"));
    const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: undefined });
    const digest = fc.option(fc.stringMatching(/^sha256:[0-9a-f]{64}$/), { nil: undefined });
    fc.assert(
      fc.property(registry, path, tag, digest, (host, repository, named, hashed) => {
        const text = `${host}/${repository}${named ? `:${named}` : ""}${hashed ? `@${hashed}` : ""}`;
        assert.deepEqual(parseImage(text), {
          ...{ registry: host, repository },
          ...(named && { tag: named }),
          ...(hashed && { digest: hashed }),
        });
      }),
    );
  });

  it("never throws, and reads nothing with a character that no reference has", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const parsed = parseImage(text);
        if (!/^[\w.:/@[\]+-]+$/.test(text)) assert.equal(parsed, undefined);
      }),
      { numRuns: 500 },
    );
  });

  it("answers at once for a long name that almost fits", () => {
    const start = performance.now();
    assert.equal(parseImage(`${"a-".repeat(5000)}!`), undefined);
    assert.ok(performance.now() - start < 1000);
  });
});

describe("hasVersionTag and pinOf", () => {
  const tags: Array<[tag: string, version: boolean]> = [
    ["v0.30.0", true],
    ["v0.30.0-cu129", true],
    ["0.30", false],
    ["v0.30", false],
    ["v0", false],
    ["v0.30-cu129", false],
    ["cu129", false],
    ["cuda12.9.1", false],
    ["cuda12-ubuntu2204", false],
    ["py3.12", false],
    ["release-2", false],
    ["2-alpine3.20.1", false],
    ["26.02-py3", true],
    ["25.02-vllm-python-py3", true],
    ["rocm6.4.1_vllm_0.10.0", true],
    ["20260115", true],
    ["RELEASE.2026-01-15T10-00-00Z", true],
    ["server-cuda-b4719", true],
    ["sha-b968826", true],
    ["v0.8.5-12-gb968826", true],
    ["nightly-b968826d9c46dd6066d109eabc6255188de91218", true],
    ["feedback", false],
    ["v1.2.3-alpine", true],
    ["v0.31.0rc1", true],
    ["v0.30.0-ubuntu2404", true],
    ["b968826", true],
    ["latest", false],
    ["LATEST", false],
    ["nightly", false],
    ["nightly-2026-11-21", false],
    ["v0.30.0-nightly", false],
    ["cu129-latest", false],
    ["stable", false],
    ["main", false],
    ["master", false],
    ["edge", false],
    ["dev", false],
    ["head", false],
    ["cuda", false],
    ["openai", false],
  ];
  for (const [tag, version] of tags) {
    it(`${version ? "takes" : "does not take"} ${tag} for a version`, () => {
      const image = { registry: "docker.io", repository: "a/b", tag };
      assert.equal(hasVersionTag(image), version);
      assert.equal(pinOf(image), version ? "tag" : "none");
    });
  }

  it("knows registries that never move a tag, and images that move theirs each month", () => {
    assert.equal(hasVersionTag({ registry: "registry.k8s.io", repository: "pause", tag: "3.10" }), true);
    assert.equal(hasVersionTag({ registry: "registry.k8s.io", repository: "pause", tag: "latest" }), false);
    assert.equal(hasVersionTag({ registry: "docker.io", repository: "library/ubuntu", tag: "24.04" }), false);
    assert.equal(hasVersionTag({ registry: "nvcr.io", repository: "nvidia/vllm", tag: "25.09-py3" }), true);
  });

  it("pins nothing without a tag", () => {
    const image = { registry: "docker.io", repository: "a/b" };
    assert.equal(hasVersionTag(image), false);
    assert.equal(pinOf(image), "none");
  });

  it("pins by digest, whatever the tag", () => {
    for (const tag of ["latest", "v0.30.0"]) {
      assert.equal(pinOf({ registry: "docker.io", repository: "a/b", tag, digest: DIGEST }), "digest");
    }
    assert.equal(pinOf({ registry: "docker.io", repository: "a/b", digest: DIGEST }), "digest");
  });
});

describe("vllmVersionOf", () => {
  const versions: Array<[tag: string | undefined, version: string | undefined]> = [
    ["v0.30.0", "0.30.0"],
    ["0.30.0", "0.30.0"],
    ["v0.30.0-cu129", "0.30.0"],
    ["v0.30.0_x", "0.30.0"],
    ["v0.30.0.dev5", "0.30.0"],
    ["v0.31.0rc1", "0.31.0rc1"],
    ["v0.31.0.rc1", "0.31.0.rc1"],
    ["v0.30.0post1-x86_64", "0.30.0post1"],
    ["v0.30", undefined],
    ["cu129-v0.30.0", undefined],
    ["v0.30.0x", undefined],
    ["latest", undefined],
    [undefined, undefined],
  ];
  for (const [tag, version] of versions) {
    it(`of ${tag ?? "no tag"} is ${version ?? "none"}`, () => {
      assert.equal(vllmVersionOf({ registry: "r", repository: "vllm/vllm-openai", ...(tag && { tag }) }), version);
    });
  }

  const repositories: Array<[repository: string, isKnown: boolean]> = [
    ["vllm/vllm-openai", true],
    ["mirror/docker.io/vllm/vllm-openai", true],
    ["vllm/vllm-openai-cpu", true],
    ["vllm-cpu", true],
    ["lmcache/vllm-openai", false],
    ["mirror/lmcache/vllm-openai", false],
    ["acme/vllm", false],
    ["llm-d/llm-d", false],
    ["acme/my-vllm-openai", false],
    ["vllm-openai/server", false],
  ];
  for (const [repository, isKnown] of repositories) {
    it(`${isKnown ? "reads" : "does not read"} the tag of ${repository}`, () => {
      const version = vllmVersionOf({ registry: "r", repository, tag: "v0.30.0" });
      assert.equal(version, isKnown ? "0.30.0" : undefined);
    });
  }
});
