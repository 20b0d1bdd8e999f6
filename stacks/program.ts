/** The program as a function of its config: wires the layers and nothing else. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS, MANAGED_BY } from "../components/vocabulary/labels.js";
import { type LiveRelease, ModelServing } from "../components/serving/modelServing.js";
import type { SecretKey } from "../components/engine/secretKey.js";
import { TrafficPriorities } from "../components/serving/trafficPriorities.js";
import { gatedReleases, nodeGroupsOf, type StackConfig } from "./config.js";
import { infrastructure } from "./infrastructure.js";

const HUGGING_FACE_SECRET = "hugging-face";

/** Creates every resource of a stack. */
export function deploy(config: StackConfig, stack: string): Record<string, pulumi.Output<LiveRelease>> {
  const { provider, prometheusUrl = config.platform.prometheus.url } = infrastructure(config, stack);
  const opts = { provider };
  const labels = { [LABELS.partOf]: stack, [LABELS.managedBy]: MANAGED_BY };
  const namespace = new k8s.core.v1.Namespace(
    "namespace",
    {
      metadata: {
        name: config.namespace,
        labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    opts,
  ).metadata.name;
  const priorities = new TrafficPriorities("priorities", { prefix: config.namespace, partOf: stack }, opts);
  const huggingFaceToken = hubToken(config, namespace, labels, opts);

  return Object.fromEntries(
    config.models.map((model) => [
      model.name,
      new ModelServing(
        model.name,
        {
          model,
          namespace,
          partOf: stack,
          monitoring: {
            prometheusUrl,
            namespace: config.platform.prometheus.namespace,
            podMonitorLabels: config.platform.prometheus.podMonitorLabels,
          },
          nodeGroups: nodeGroupsOf(config.cluster),
          priorities,
          ...(huggingFaceToken !== undefined && { huggingFaceToken }),
          ...(config.access.clientNamespaces !== undefined && { clientNamespaces: config.access.clientNamespaces }),
          ...(config.access.egressCidrs !== undefined && { egressCidrs: config.access.egressCidrs }),
        },
        opts,
      ).live,
    ]),
  );
}

/** The Secret with the hub's token, where a model needs it. */
function hubToken(
  { huggingFaceToken, models }: StackConfig,
  namespace: pulumi.Input<string>,
  labels: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): SecretKey | undefined {
  if (huggingFaceToken === undefined || gatedReleases(models).length === 0) return undefined;
  const secret = new k8s.core.v1.Secret(
    HUGGING_FACE_SECRET,
    {
      metadata: { name: HUGGING_FACE_SECRET, namespace, labels },
      type: "Opaque",
      stringData: { token: pulumi.secret(huggingFaceToken) },
    },
    opts,
  );
  return { name: secret.metadata.name, key: "token" };
}
