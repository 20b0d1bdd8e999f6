import assert from "node:assert/strict";

import { restrictedContainer } from "../../../../policies/rules/pod/restrictedContainer.js";
import { guarded } from "../../../../tools/unknownValues.js";
import { type NotJudged, runPolicies } from "../../../../tools/policyRunner.js";
import { type Json, deployment, messages, plainPod } from "../../fixtures.js";

const GOOD = { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const context = (change: { [key: string]: Json }) =>
  deployment({ container: { securityContext: { ...GOOD, ...change } } });

describe("restricted-container", () => {
  it("accepts a restricted runtime, with non-root set on the pod or the container", async () => {
    const onContainer = deployment({
      pod: { securityContext: undefined },
      container: { securityContext: { ...GOOD, runAsNonRoot: true, seccompProfile: { type: "Localhost" } } },
    });
    assert.deepEqual(await messages(restrictedContainer, [deployment(), onContainer, plainPod()]), []);
  });

  const refused: Array<[{ [key: string]: Json }, string]> = [
    [{ privileged: true }, "securityContext.privileged is true: remove it, the device plugin gives access to GPUs"],
    [{ runAsUser: 0 }, "securityContext.runAsUser is 0, which is root: use another user"],
    [{ runAsNonRoot: false }, "securityContext.runAsNonRoot is false: set it to true"],
    [{ readOnlyRootFilesystem: undefined }, "securityContext.readOnlyRootFilesystem is not set: set it to true"],
    [{ allowPrivilegeEscalation: true }, "securityContext.allowPrivilegeEscalation is true: set it to false"],
    [
      { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } },
      'securityContext.capabilities.add is ["SYS_ADMIN"]: remove it',
    ],
    [{ procMount: "Unmasked" }, 'securityContext.procMount is "Unmasked": remove it'],
    [{ seLinuxOptions: { type: "spc_t" } }, 'securityContext.seLinuxOptions.type is "spc_t": remove it'],
    [{ seLinuxOptions: { user: "root" } }, 'securityContext.seLinuxOptions.user is "root": remove it'],
    [{ seLinuxOptions: { role: "system_r" } }, 'securityContext.seLinuxOptions.role is "system_r": remove it'],
    [{ windowsOptions: { hostProcess: true } }, "securityContext.windowsOptions.hostProcess is true: remove it"],
    [{ appArmorProfile: { type: "Unconfined" } }, 'securityContext.appArmorProfile.type is "Unconfined": remove it'],
    [
      { seccompProfile: { type: "Unconfined" } },
      'securityContext.seccompProfile.type is "Unconfined": set it to "RuntimeDefault"',
    ],
    [{ capabilities: { drop: ["NET_RAW"] } }, 'securityContext.capabilities.drop is ["NET_RAW"]: drop ["ALL"]'],
    [{ capabilities: undefined }, 'securityContext.capabilities.drop is not set: drop ["ALL"]'],
  ];
  for (const [change, message] of refused) {
    it(`refuses ${Object.keys(change).join()}: ${JSON.stringify(Object.values(change)[0])}`, async () => {
      assert.deepEqual(await messages(restrictedContainer, context(change)), [`container "vllm": ${message}`]);
    });
  }

  it("refuses a pod that may be root", async () => {
    const root = deployment({ pod: { securityContext: { runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } } } });
    assert.deepEqual(await messages(restrictedContainer, root), [
      'container "vllm": securityContext.runAsUser is 0, which is root: use another user',
      'container "vllm": securityContext.runAsNonRoot is not set: set it to true',
    ]);
  });

  it("refuses an AppArmor annotation that takes the profile of a container off", async () => {
    const annotation = "container.apparmor.security.beta.kubernetes.io/vllm";
    const off = deployment({ annotations: { [annotation]: "unconfined" } });
    const good = deployment({ annotations: { [annotation]: "runtime/default" } });
    assert.deepEqual(await messages(restrictedContainer, [off, good]), [
      `container "vllm": annotation ${annotation} is "unconfined": remove it`,
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
    assert.equal((await messages(restrictedContainer, training)).length, 5);
  });

  it("refuses paths and ports of the node, and root's groups", async () => {
    const seccompProfile = { type: "RuntimeDefault" };
    const opened = deployment({
      container: {
        ports: [
          { containerPort: 8000, hostPort: 80 },
          { containerPort: 9, hostPort: 0 },
        ],
      },
      pod: {
        volumes: [
          { name: "h", hostPath: { path: "/" } },
          { name: "e", emptyDir: {} },
        ],
        securityContext: { runAsNonRoot: true, fsGroup: 0, supplementalGroups: [1, 0], seccompProfile },
      },
    });
    assert.deepEqual(await messages(restrictedContainer, opened), [
      "securityContext.fsGroup is 0, root's group: use another",
      "securityContext.supplementalGroups has 0, root's group: leave it out",
      'volume "h" is the node\'s "/": use a claim or an emptyDir',
      'container "vllm": hostPort 80 opens the container on its node\'s address: remove it',
    ]);
  });

  it("accepts the capability that the standard lets pods add", async () => {
    const capabilities = { drop: ["ALL"], add: ["NET_BIND_SERVICE"] };
    assert.deepEqual(await messages(restrictedContainer, context({ capabilities })), []);
  });

  it("sees pods that use GPUs past their requests", async () => {
    const pods = [
      plainPod({ resources: { claims: [{ name: "gpu" }] } }),
      plainPod({ env: [{ name: "NVIDIA_VISIBLE_DEVICES", value: "all" }] }),
      plainPod({}, { volumes: [{ name: "d", hostPath: { path: "/dev/nvidia0" } }] }),
    ];
    for (const pod of pods) assert.ok((await messages(restrictedContainer, pod)).length > 4);
  });

  it("judges each field though others are not known yet", async () => {
    const later = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const securityContext = {
      ...GOOD,
      capabilities: { drop: ["ALL"], add: later },
      runAsUser: later,
      privileged: true,
    };
    const spec = { volumes: [{ name: "h", hostPath: { path: later } }], hostPID: true };
    const pod = deployment({ container: { securityContext, ports: later }, pod: spec });
    const notJudged: NotJudged[] = [];
    const found = await runPolicies([{ ...pod, props: guarded(pod.props) }], [restrictedContainer], {}, notJudged);
    assert.deepEqual(
      found.map(({ message }) => message),
      [
        "hostPID is true: remove it, GPU pods need no namespace of the host",
        'container "vllm": securityContext.privileged is true: remove it, the device plugin gives access to GPUs',
      ],
    );
    assert.equal(notJudged.length, 1);
  });
});
