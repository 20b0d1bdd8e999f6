/** Pods that prepare each GPU node for replicas: they fill its own folder, or have the image pulled. They ask for no GPU. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../derive/nodes/placement.js";
import { extensionFields } from "../engine/podExtension.js";
import { pauseContainer } from "../engine/pause.js";
import { CONTAINER_SECURITY, podSecurity } from "../engine/security.js";
import { type ProgramContext, programContainer, programPod, type ProgramRun } from "./programPod.js";

type Container = types.input.core.v1.Container;
type DaemonSetSpec = types.input.apps.v1.DaemonSetSpec;
type PodSpec = types.input.core.v1.PodSpec;

/** What pods on GPU nodes have beside their work. */
export interface NodeContext extends ProgramContext {
  placement: Placement;
  /** @default the cluster's default class */
  priorityClassName?: pulumi.Input<string> | undefined;
  /** Image of containers that do nothing. @default Kubernetes' own */
  spareImage?: string | undefined;
}

/**
 * What a fill asks of a GPU node for good: its program stays, and looks from time to time whether the files are still there. While it
 * fetches it takes more, up to its limit.
 */
const HELD = { cpu: "100m", memory: "512Mi" };

/**
 * Fills a node's folder with what one release loads, by the release's own image, so that this is pulled, too. It has the release's own
 * priority: a replica that waits for the files must not push aside what fetches them.
 */
export function nodeFillSpec(
  runs: readonly ProgramRun[],
  labels: Record<string, string>,
  context: NodeContext,
): DaemonSetSpec {
  const containers = runs.map((run, index): Container => {
    const container = programContainer({ ...run, spec: { ...run.spec, hold: true } }, context);
    const { requests, limits } = container.resources as {
      requests: Record<string, string>;
      limits: Record<string, string>;
    };
    return { ...container, name: `${run.name}-${index}`, resources: { requests: { ...requests, ...HELD }, limits } };
  });
  return daemonSetSpec({ ...programPod(runs, context), containers }, labels, context);
}

/** Has an image pulled, and does nothing with it; it gives way to any other pod. */
export function prePullSpec(image: string, labels: Record<string, string>, context: NodeContext): DaemonSetSpec {
  const { extension = {} } = context;
  const { imagePullSecrets } = extensionFields(extension);
  const pull: Container = {
    name: "pull",
    image,
    command: ["true"],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "64Mi" } },
    securityContext: CONTAINER_SECURITY,
  };
  const pod = {
    ...(imagePullSecrets !== undefined && { imagePullSecrets }),
    serviceAccountName: context.serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(extension.securityContext),
    initContainers: [pull],
    containers: [pauseContainer(context.spareImage)],
  };
  return daemonSetSpec(pod, labels, context);
}

function daemonSetSpec(
  pod: PodSpec,
  labels: Record<string, string>,
  { placement, priorityClassName }: NodeContext,
): DaemonSetSpec {
  return {
    selector: { matchLabels: labels },
    // No replica needs what is replaced: a new image goes to every node at once.
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
    template: {
      metadata: { labels },
      spec: {
        ...pod,
        ...(priorityClassName !== undefined && { priorityClassName }),
        nodeSelector: placement.nodeSelector,
        tolerations: placement.tolerations,
      },
    },
  };
}
