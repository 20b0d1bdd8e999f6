import assert from "node:assert/strict";

import { restrictedContainer } from "../../../../policies/rules/pod/restrictedContainer.js";
import { type Json, deployment, messages, plainPod } from "../../fixtures.js";

const GOOD = { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const context = (change: { [key: string]: Json }) =>
  deployment({ container: { securityContext: { ...GOOD, ...change } } });

describe("restricted-container", () => {
  it("accepts a restricted runtime, with non-root set on the pod or the container", async () => {
    const onContainer = deployment({
      pod: { securityContext: undefined },
      container: { securityContext: { ...GOOD, runAsNonRoot: true } },
    });
    assert.deepEqual(await messages(restrictedContainer, [deployment(), onContainer, plainPod()]), []);
  });

  const refused: Array<[{ [key: string]: Json }, string]> = [
    [{ privileged: true }, "securityContext.privileged is true: remove it, the device plugin gives access to GPUs"],
    [{ runAsUser: 0 }, "securityContext.runAsUser is 0, which is root: use another user"],
    [{ runAsNonRoot: false }, "securityContext.runAsNonRoot is false: set it to true"],
    [{ readOnlyRootFilesystem: undefined }, "securityContext.readOnlyRootFilesystem is not set: set it to true"],
    [{ allowPrivilegeEscalation: true }, "securityContext.allowPrivilegeEscalation is true: set it to false"],
    [{ capabilities: { drop: ["NET_RAW"] } }, 'securityContext.capabilities.drop is ["NET_RAW"]: drop ["ALL"]'],
    [{ capabilities: undefined }, 'securityContext.capabilities.drop is not set: drop ["ALL"]'],
  ];
  for (const [change, message] of refused) {
    it(`refuses ${Object.keys(change).join()}: ${JSON.stringify(Object.values(change)[0])}`, async () => {
      assert.deepEqual(await messages(restrictedContainer, context(change)), [`container "vllm": ${message}`]);
    });
  }

  it("refuses a pod that may be root", async () => {
    const root = deployment({ pod: { securityContext: { runAsUser: 0 } } });
    assert.deepEqual(await messages(restrictedContainer, root), [
      'container "vllm": securityContext.runAsUser is 0, which is root: use another user',
      'container "vllm": securityContext.runAsNonRoot is not set: set it to true',
    ]);
  });

  for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
    it(`refuses ${field}`, async () => {
      assert.deepEqual(await messages(restrictedContainer, deployment({ pod: { [field]: true } })), [
        `${field} is true: remove it, GPU pods need no namespace of the host`,
      ]);
    });
  }

  it("sees init containers and GPU pods without vLLM", async () => {
    const withInit = deployment({ pod: { initContainers: [{ name: "warm-up" }] } });
    assert.equal((await messages(restrictedContainer, withInit)).length, 3);
    const training = plainPod({ resources: { limits: { "nvidia.com/gpu": 1 } } });
    assert.equal((await messages(restrictedContainer, training)).length, 4);
  });
});
