import assert from "node:assert/strict";
import { recognised } from "../../../tools/judge/shapes.js";
import { isUnknownValue } from "../../../policies/read/unknown.js";

const of = (value: unknown) => recognised({ value, lineOf: (...path) => Number(path.at(-1) ?? 0) + 1 }, "a.yaml");

const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "chat", namespace: "models" } };
const service = { apiVersion: "v1", kind: "Service", metadata: { generateName: "chat-" } };

const URN = "urn:pulumi:dev::shop::kubernetes:core/v1:Pod::";
const step = (op: string, name: string, inputs: object = {}) => ({
  op,
  urn: URN + name,
  newState: { urn: URN + name, type: "kubernetes:core/v1:Pod", inputs, parent: "urn:parent" },
});

describe("recognised", () => {
  it("takes Kubernetes objects for resources of Pulumi's provider", () => {
    assert.deepEqual(of(deployment).resources, [
      { type: "kubernetes:apps/v1:Deployment", name: "chat", shown: "models/chat", props: deployment, line: 1 },
    ]);
    const [{ type, name, shown } = {}] = of(service).resources;
    assert.deepEqual([type, name, shown], ["kubernetes:core/v1:Service", "chat-", "chat-"]);
  });

  it("takes lists apart, within each other too, whose items need not say what they are", () => {
    const pods = {
      apiVersion: "v1",
      kind: "PodList",
      items: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
    };
    const { resources, problems } = of({ apiVersion: "v1", kind: "List", items: [deployment, pods] });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      resources.map(({ type, name }) => [type, name]),
      [
        ["kubernetes:apps/v1:Deployment", "chat"],
        ["kubernetes:core/v1:Pod", "a"],
        ["kubernetes:core/v1:Pod", "b"],
      ],
    );
    assert.deepEqual(
      of([deployment, service]).resources.map(({ line }) => line),
      [1, 2],
    );
  });

  it("takes from a preview what the program registers, once, with its parent", () => {
    const { resources } = of({
      steps: [
        ...["same", "create", "update", "import"].map((op) => step(op, op)),
        ...["create-replacement", "replace", "delete-replaced"].map((op) => step(op, "replaced")),
        ...["delete", "read", "refresh", "discard"].map((op) => step(op, op)),
      ],
    });
    assert.deepEqual(
      resources.map(({ name }) => name),
      ["same", "create", "update", "import", "replaced"],
    );
    const [{ urn, parent, shown } = {}] = resources;
    assert.deepEqual([urn, parent, shown], [`${URN}same`, "urn:parent", "same"]);
  });

  it("guards what a preview does not know yet", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const [resource] = of({ steps: [step("create", "a", { spec: unknown, kind: "Pod" })] }).resources;
    assert.equal(resource!.props["kind"], "Pod");
    assert.throws(() => resource!.props["spec"], isUnknownValue);
  });

  it("refuses a preview that failed: it lacks resources", () => {
    const { problems } = of({ steps: [step("create", "a")], diagnostics: [{ severity: "error", message: "boom" }] });
    assert.deepEqual(
      problems.map(({ path, message }) => `${path}: ${message}`),
      ["a.yaml:1: the preview failed, and lacks resources: judge one that went through"],
    );
    assert.deepEqual(of({ steps: [], diagnostics: [{ severity: "warning" }] }).problems, []);
  });

  it("takes a list of types, names and properties", () => {
    assert.deepEqual(of([{ type: "aws:ebs/volume:Volume", name: "data", props: { size: 1 } }]).resources, [
      { type: "aws:ebs/volume:Volume", name: "data", shown: "data", props: { size: 1 }, line: 1 },
    ]);
  });

  it("finds nothing in an empty document", () => {
    assert.deepEqual(of(null), { resources: [], problems: [] });
  });

  it("says of anything else what it takes, at each place", () => {
    const others = [3, "text", {}, { kind: "Pod" }, { apiVersion: "v1", kind: "" }, { type: "a", name: "b" }, null];
    for (const other of others.slice(0, -1)) {
      const [problem] = of(other).problems;
      assert.match(
        `${problem?.path}: ${problem?.message}`,
        /^a\.yaml:1: is nothing that can be judged: give Kubernetes objects \(apiVersion and kind\), the output of pulumi preview --json \(steps\), or a JSON list of \{ "type", "name", "props" \}$/,
      );
    }
    assert.equal(of(others).problems.length, others.length);
    assert.equal(of({ apiVersion: "v1", kind: "List", items: [deployment, {}] }).problems.length, 1);
  });
});
