/** The container of pods that hold something and do nothing. */
import type { types } from "@pulumi/kubernetes";
import { CONTAINER_SECURITY } from "./security.js";

/** Does nothing, in 0.3 MB. The digest is of the multi-platform index, as public deployments of 2026 pin it. */
const PAUSE_IMAGE =
  "registry.k8s.io/pause:3.10.2@sha256:f548e0e8e3dc1896ca956272154dde3314e8cc4fde0a57577ee9fa1c63f5baf4";

/** @param image in place of Kubernetes' own */
export function pauseContainer(
  image: string | undefined,
  resources: Record<string, string> = { cpu: "10m", memory: "16Mi" },
): types.input.core.v1.Container {
  return {
    name: "pause",
    image: image ?? PAUSE_IMAGE,
    resources: { requests: resources, limits: resources },
    securityContext: CONTAINER_SECURITY,
  };
}
