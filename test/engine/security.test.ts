import assert from "node:assert/strict";

import { CONTAINER_SECURITY, podSecurity } from "../../components/engine/security.js";

describe("podSecurity", () => {
  it("runs as a user and group that are not root, under the runtime's seccomp profile", () => {
    assert.deepEqual(podSecurity(), {
      runAsNonRoot: true,
      runAsUser: 2000,
      runAsGroup: 2000,
      fsGroup: 2000,
      seccompProfile: { type: "RuntimeDefault" },
    });
  });
});

describe("CONTAINER_SECURITY", () => {
  it("leaves the container no privilege and nothing of its image to write to", () => {
    assert.deepEqual(CONTAINER_SECURITY, {
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });
});
