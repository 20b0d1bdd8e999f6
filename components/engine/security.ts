import type { types } from "@pulumi/kubernetes";
import type { PodConfig } from "../contract/pod.js";

/** Any number but 0 will do: the image's files are readable by all, and what is written goes to the volumes. */
export const USER_ID = 2000;

/** Within the `restricted` Pod Security Standard: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export function podSecurity({
  runAsUser = USER_ID,
  runAsGroup = USER_ID,
  fsGroup = USER_ID,
  supplementalGroups,
}: PodConfig["securityContext"] = {}): types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser,
    runAsGroup,
    fsGroup,
    ...(supplementalGroups !== undefined && { supplementalGroups }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

export const CONTAINER_SECURITY: types.input.core.v1.SecurityContext = {
  privileged: false,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
