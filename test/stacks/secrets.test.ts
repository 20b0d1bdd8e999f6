import assert from "node:assert/strict";
import { formatProblem } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import { withEncryptedPaths } from "../../stacks/engineConfig.js";
import { maskEncrypted, mayHoldSecret, SECRET_PATHS } from "../../stacks/secrets.js";
import { configSchema, type JsonSchema } from "../../tools/generate/schema.js";
import { FULL_BUILT, FULL_EXISTING, FULL_IN_VPC, FULL_WITH_BUCKET } from "./fullConfig.js";
import { leavesOf, planted } from "./leaves.js";

type Values = Record<string, unknown>;
/** Nothing of the config is like it, and it is right nowhere. */
const MARK = "m4rked-s3cret";

const lines = (...args: Parameters<typeof parseStackConfig>): string[] =>
  parseStackConfig(...args).problems.map(formatProblem);

/** Places of a config, by the names of its keys, `*` for those that users choose. */
function placesOfSchema(schema: JsonSchema, path: string): string[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, property]) => placesOfSchema(property, `${path}.${key}`)),
    ...(typeof schema.additionalProperties === "object"
      ? placesOfSchema(schema.additionalProperties, `${path}.*`)
      : []),
    ...(schema.items === undefined ? [] : placesOfSchema(schema.items, path)),
    ...(schema.anyOf ?? []).flatMap((choice) => placesOfSchema(choice, path)),
  ];
  return inner.length > 0 ? inner : [path];
}

describe("secrets in the config", () => {
  const cases = Object.entries({
    existing: FULL_EXISTING,
    built: FULL_BUILT,
    "in a VPC": FULL_IN_VPC,
    "with a bucket": FULL_WITH_BUCKET,
  });

  it("are looked for at every place that the schema knows", () => {
    const mentioned = new Set(
      cases.flatMap(([, values]) =>
        leavesOf(values).flatMap(({ keys }) => keys.filter((key) => typeof key === "string")),
      ),
    );
    const named = Object.entries(configSchema()).flatMap(([key, schema]) => placesOfSchema(schema, key));
    const missing = named.filter((path) => !path.split(".").every((key) => key === "*" || mentioned.has(key)));
    // How Pulumi writes a value that it keeps encrypted.
    assert.deepEqual(missing, [
      ...["cluster.existing.kubeconfig.secure", "huggingFaceToken.secure"],
      ...["tenantKeys.*.secure", "tenantKeys.*.secure"],
    ]);
  });

  for (const [name, values] of cases) {
    const leaves = leavesOf(values).filter(({ path }) => !mayHoldSecret(path));

    it(`are an error wherever none may stand, which names the place and shows nothing (${name})`, () => {
      assert.ok(leaves.length > 60, String(leaves.length));
      for (const { keys, path } of leaves) {
        const found = lines(planted(values, keys, MARK) as Values, [...SECRET_PATHS, path]);
        const about = found.filter((line) => line.startsWith(`vllm:${path}: `));
        assert.equal(about.length, 1, `${path}:\n${found.join("\n")}`);
        assert.match(about[0]!, /is encrypted, in whole or in part, and would be plain text/);
        assert.ok(about[0]!.endsWith(`pulumi config set --plaintext --path 'vllm:${path}'`), about[0]);
        assert.doesNotMatch(found.join("\n"), new RegExp(MARK));
      }
    });

    it(`are an error where all that is known is the key at the top (${name})`, () => {
      for (const { keys, path } of leaves) {
        const given = planted(values, keys, MARK) as Values;
        const { config, problems } = parseStackConfig(given, ["huggingFaceToken", String(keys[0])]);
        // A cluster's own secret may be the one that is meant: then its other values are taken, and none is shown.
        const mayBeKubeconfig = keys[0] === "cluster" && ["existing", "with a bucket"].includes(name);
        if (!mayBeKubeconfig) assert.equal(config, undefined, path);
        assert.doesNotMatch(problems.map(formatProblem).join("\n"), new RegExp(MARK), path);
      }
    });
  }

  it("may stay outside: a reference to a Secret is plain text, and its parts may not be encrypted", () => {
    const given = { ...FULL_EXISTING, huggingFaceToken: { existingSecret: "hub" } };
    const { problems } = parseStackConfig(given, ["cluster.existing.kubeconfig"]);
    const about = problems.filter(({ path }) => path.startsWith("vllm:huggingFaceToken"));
    assert.deepEqual(about, []);
    const partly = lines(given, ["cluster.existing.kubeconfig", "huggingFaceToken.existingSecret"]);
    assert.ok(partly.some((line) => line.startsWith("vllm:huggingFaceToken.existingSecret: is encrypted")));
    const wholly = lines({ ...given, huggingFaceToken: { existingSecret: MARK } }, ["huggingFaceToken"]);
    assert.ok(wholly.some((line) => line.startsWith("vllm:huggingFaceToken: is wrong; what was got is not shown")));
    assert.doesNotMatch(wholly.join("\n"), new RegExp(MARK));
  });

  it("are all named at once", () => {
    const leaves = leavesOf(FULL_EXISTING).filter(({ path }) => !mayHoldSecret(path));
    const given = leaves.reduce<unknown>((values, { keys }) => planted(values, keys, MARK), FULL_EXISTING) as Values;
    const found = lines(given, [...SECRET_PATHS, ...leaves.map(({ path }) => path)]);
    for (const { path } of leaves)
      assert.ok(
        found.some((line) => line.startsWith(`vllm:${path}: is encrypted`)),
        path,
      );
    assert.doesNotMatch(found.join("\n"), new RegExp(MARK));
  });

  it("reach the config where they may stand, and no message", () => {
    const given = { ...FULL_EXISTING, huggingFaceToken: MARK };
    const kubeconfig = planted(given, ["cluster", "existing", "kubeconfig"], MARK) as Values;
    const broken = planted(kubeconfig, ["models", "chat", "releases", "r1", "image"], "vllm:latest") as Values;
    assert.doesNotMatch(lines(broken, SECRET_PATHS).join("\n"), new RegExp(MARK));
    const { models } = FULL_EXISTING as { models: { chat: { releases: Record<string, unknown>; route: object } } };
    const { r1 } = models.chat.releases;
    const { batch: _, batchQuota: __, gateway: ___, tenantKeys: ____, ...plain } = kubeconfig;
    const right = {
      ...plain,
      models: { chat: { ...models.chat, gateway: undefined, route: { stable: "r1" }, releases: { r1 } } },
    };
    const { config, problems } = parseStackConfig(right, SECRET_PATHS);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === "error"),
      [],
    );
    assert.equal(config!.huggingFaceToken, MARK);
    assert.equal(config!.cluster.existing!.kubeconfig, MARK);
  });

  it("are an error in plain text, whatever else of their section is encrypted", () => {
    const given = planted({ ...FULL_EXISTING, huggingFaceToken: MARK }, ["cluster", "existing", "kubeconfig"], MARK);
    const found = lines(given as Values, ["cluster.existing.name"]);
    assert.ok(found.some((line) => line.startsWith("vllm:huggingFaceToken: is in plain text in the stack file")));
    assert.ok(found.some((line) => line.startsWith("vllm:cluster.existing.kubeconfig: is in plain text")));
    assert.ok(found.some((line) => line.startsWith("vllm:cluster.existing.name: is encrypted")));
    assert.doesNotMatch(found.join("\n"), new RegExp(MARK));
  });

  it("are not shown where they have the wrong type either", () => {
    for (const value of [{ users: [{ token: MARK }] }, [MARK], 5]) {
      const found = lines({
        ...(planted(FULL_EXISTING, ["cluster", "existing", "kubeconfig"], value) as Values),
        huggingFaceToken: value,
      });
      const said = found.filter((line) => line.startsWith("vllm:huggingFaceToken:"));
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0]!, /^vllm:huggingFaceToken: is (a|an) \w+, which is not shown: use text$/);
      assert.doesNotMatch(found.join("\n"), new RegExp(`${MARK}|\\b5 is`));
    }
  });
});

describe("withEncryptedPaths", () => {
  const secure = { secure: "AAAc" };
  const written = {
    "vllm:cluster": { existing: { name: "c", kubeconfig: secure } },
    huggingFaceToken: secure,
    "vllm:models": { "a.b": [1, secure] },
  };

  it("finds in the stack's file what the engine does not tell", () => {
    const { encrypted } = withEncryptedPaths({}, ["cluster", "huggingFaceToken", "models"], () => written);
    assert.deepEqual(encrypted, ["cluster.existing.kubeconfig", "huggingFaceToken", 'models["a.b"][1]']);
  });

  it("keeps to the engine's word where the file has no such secret, or is not there", () => {
    assert.deepEqual(withEncryptedPaths({}, ["access", "cluster"], () => ({ "vllm:access": { a: 1 } })).encrypted, [
      "access",
      "cluster",
    ]);
    assert.deepEqual(withEncryptedPaths({}, ["cluster"], () => undefined).encrypted, ["cluster"]);
  });

  it("reads no file where nothing is secret", () => {
    const { values } = withEncryptedPaths({ a: 1 }, [], () => assert.fail("it was read"));
    assert.deepEqual(values, { a: 1 });
  });

  it("tells nothing of a section that is encrypted as a whole", () => {
    const file = { "vllm:models": secure, "vllm:cluster": secure };
    const given = { ...FULL_EXISTING, models: { chat: { class: MARK } }, tenantKeys: undefined };
    const { values, encrypted } = withEncryptedPaths(given, ["models", "cluster"], () => file);
    const found = lines(values, encrypted);
    assert.deepEqual(
      found
        .map((line) => line.split(": ")[0]!)
        // A token that nobody needs, and service levels that nobody measures: both are known without the models.
        .filter((path) => !["vllm:huggingFaceToken", "vllm:observability.slo"].includes(path)),
      ["vllm:models", "vllm:cluster"],
    );
    assert.doesNotMatch(found.join("\n"), new RegExp(MARK));
  });
});

describe("maskEncrypted", () => {
  it("takes an object with other keys beside `secure` for what it is", () => {
    const value = { a: { secure: "x", other: 1 }, b: { secure: 1 } };
    assert.deepEqual(maskEncrypted(value, "v"), { value, paths: [] });
  });
});
