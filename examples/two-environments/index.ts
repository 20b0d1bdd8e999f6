/** `pulumi up -s staging` and `-s prod` deploy the same assistant in two sizes. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { loadModels, serveModels, servingEnvironment } from "../../components/index.js";
import { assistant, type Size } from "./assistant.js";

const SIZES: Record<string, Size> = {
  staging: { gpu: "l4", context: 8192, replicas: { min: 1, max: 2 } },
  prod: { gpu: "l40s", context: 32768, replicas: { min: 2, max: 6 } },
};

const stack = pulumi.getStack();
const size = SIZES[stack];
if (size === undefined) {
  throw new pulumi.RunError(`there is no size for stack "${stack}": use ${Object.keys(SIZES).join(" or ")}`);
}

const { models } = loadModels(assistant(size));
const namespace = new k8s.core.v1.Namespace("llm", { metadata: { name: `llm-${stack}` } }).metadata.name;
const environment = servingEnvironment(models, {
  namespace,
  partOf: stack,
  priorityPrefix: `llm-${stack}`,
  monitoring: {
    prometheusUrl: "http://kube-prometheus-stack-prometheus.monitoring.svc:9090",
    namespace: "monitoring",
  },
});

export const live = serveModels(models, environment);
