import assert from "node:assert/strict";
import { checkManifests } from "../../../tools/docs/manifests.js";

function problemsOf(text: string): string[] {
  return checkManifests({ at: "a.md:1", language: "yaml", lines: text.split("\n") }).map(({ message }) => message);
}

const SERVICE = "apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b }";

describe("Kubernetes objects that a page shows", () => {
  it("may be several", () => assert.deepEqual(problemsOf(`${SERVICE}\n---\n${SERVICE}`), []));

  it("say which object they are, each", () => {
    assert.deepEqual(problemsOf(`${SERVICE}\n---\nkind: Ingress\nmetadata: { name: a }`), [
      "is no Kubernetes object: apiVersion is missing",
      "is no Kubernetes object: metadata.namespace is missing",
    ]);
    assert.equal(problemsOf("- a").length, 4);
  });

  it("have to be YAML", () => assert.match(problemsOf("a: [")[0]!, /^is no YAML: /));
});
