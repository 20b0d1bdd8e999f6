/** The shape of `vllm:labels`: who pays for what the stack makes. */
import type { z } from "zod";
import { labelsSchema } from "../config/schemas.js";

/** Domains of labels that say something to Kubernetes, to add-ons or to this project. */
const TAKEN_DOMAINS =
  /(^|\.)(kubernetes\.io|k8s\.io|helm\.sh|karpenter\.sh|keda\.sh|nvidia\.com|amazonaws\.com|k8s\.aws|pulumi-vllm\.dev|x-k8s\.io)$/;
/** Labels without a domain by which charts and this project choose pods and nodes, and AWS names things. */
const TAKEN_NAMES = [
  "app",
  "release",
  "chart",
  "heritage",
  "component",
  "workload",
  "accelerator",
  "lifecycle",
  "name",
];
/** Labels of the scrape and of series: kube-state-metrics shows ours as `label_<name>`. */
const SERIES = /^(vllm_|__)/;

function isTaken(key: string): boolean {
  const [domain, name] = key.includes("/") ? key.split("/", 2) : [undefined, key];
  if (domain !== undefined) return TAKEN_DOMAINS.test(domain);
  return TAKEN_NAMES.includes(name.toLowerCase()) || SERIES.test(name);
}

export const costLabelsSchema = labelsSchema
  .superRefine((labels, context) => {
    for (const key of Object.keys(labels).filter(isTaken)) {
      const message =
        "is a label that Kubernetes, a chart or this project reads: use another name, such as team or cost-center";
      context.addIssue({ code: "custom", message, path: [key], input: labels[key] });
    }
  })
  .describe(
    "Labels of every Kubernetes object that the stack makes and of its pods, and tags in AWS, such as team or cost-center: a change starts " +
      "servers again and, on a built cluster, renews nodes",
  );
export type CostLabels = z.infer<typeof costLabelsSchema>;
