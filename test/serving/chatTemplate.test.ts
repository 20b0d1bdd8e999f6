import assert from "node:assert/strict";

import { contractHash } from "../../components/contract/contract.js";
import { serveArguments } from "../../components/derive/arguments.js";
import { templateName } from "../../components/derive/objects.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import { mounts, volumes } from "../../components/engine/volumes.js";
import { VllmRuntime } from "../../components/serving/vllmRuntime.js";
import { contract, R1, releaseProblems } from "../contract/fixtures.js";
import { ENVIRONMENT } from "./fixtures.js";
import { registered } from "./registered.js";

const template = (text: string) => ({ chatTemplate: { text, reason: "the model's own has no tools" } });
const planOf = (text: string): RuntimePlan => contract(template(text));
const nameOf = (plan: RuntimePlan): string => templateName({ ...plan, chatTemplate: plan.chatTemplate! });

describe("a chat template", () => {
  const plan = planOf("{{ messages }}");

  it("is a ConfigMap of the release, there before the pods, mounted read-only and given to vLLM", async () => {
    const { all } = await registered(() => new VllmRuntime("chat-r1", { plan, environment: ENVIRONMENT }));
    const map = all.find(({ type }) => type === "kubernetes:core/v1:ConfigMap")!;
    assert.equal((map.inputs["metadata"] as { name: string }).name, nameOf(plan));
    assert.deepEqual([map.inputs["data"], map.inputs["immutable"]], [{ "chat.jinja": "{{ messages }}" }, true]);
    const types = all.map(({ type }) => type);
    assert.ok(types.indexOf("kubernetes:core/v1:ConfigMap") < types.indexOf("kubernetes:apps/v1:Deployment"));
    assert.deepEqual(volumes(plan).at(-1), { name: "template", configMap: { name: nameOf(plan) } });
    assert.deepEqual(mounts(plan).at(-1), { name: "template", mountPath: "/etc/vllm/templates", readOnly: true });
    assert.ok(serveArguments(plan).includes("--chat-template=/etc/vllm/templates/chat.jinja"));
  });

  it("of another text has another name and another hash, so that pods are replaced", () => {
    const other = planOf("{{ messages[0] }}");
    assert.notEqual(nameOf(other), nameOf(plan));
    assert.notEqual(contractHash(other.contract), contractHash(plan.contract));
  });

  it("that is not stated leaves nothing behind", () => {
    const without = contract();
    assert.equal(volumes(without).length, 3);
    assert.equal(mounts(without).length, 3);
    assert.ok(!serveArguments(without).some((argument) => argument.startsWith("--chat-template")));
  });

  it("is refused beside the flag, when it is too large, and with a credential", () => {
    assert.deepEqual(
      releaseProblems({ ...template("{{ a }}"), "flags/chat-template": { value: "{{ b }}", reason: "x" } }),
      [`error ${R1}.flags.chat-template: is decided by chatTemplate of the release: leave it out`],
    );
    assert.match(
      releaseProblems(template("é".repeat(32_769))).join("\n"),
      /^error [\w:.]*\.chatTemplate\.text: "é+…: is larger than 64 KiB: shorten it$/,
    );
    assert.deepEqual(releaseProblems(template("é".repeat(32_768))), []);
    const token = `hf_${"a".repeat(34)}`;
    const [problem = ""] = releaseProblems(template(`{{ "${token}" }}`));
    assert.match(problem, /chatTemplate\.text: holds what looks like /);
    assert.ok(!problem.includes(token));
  });
});
