import { each } from "../../read/unknown.js";
import { unfitIn } from "../../scaling/load.js";
import { stackRule } from "../../rule.js";

export const noCpuAutoscaling = stackRule(
  {
    name: "no-cpu-autoscaling",
    description: "A vLLM runtime is not scaled on CPU or memory.",
    why: "vLLM takes its memory at start and waits on the GPU with a busy CPU: neither follows the load, so replicas come and go without reason.",
    remediationSteps: "Scale on requests in flight, waiting requests or KV-cache use, with a KEDA prometheus trigger.",
    equalForms:
      "HorizontalPodAutoscalers of any version, by a resource or by a metric whose name says CPU or memory; KEDA's triggers by type, query or metric; " +
      "AIBrix' PodAutoscaler and GKE's MultidimPodAutoscaler; KServe's `scaleMetric`, `autoScaling` and annotations, and its default where a standard deployment may have more replicas; " +
      "Knative's annotations. A VerticalPodAutoscaler counts unless its mode is Off or Initial. Memory of a GPU and vLLM's cache in the node's memory " +
      "are other things. A metric that an adapter gives another name is not seen.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ scalers, targets }, report) => {
    each(scalers, (scaler) => {
      if (scaler.isIdle) return;
      each(scaler.measures, (measure) => {
        const unfit = unfitIn(measure);
        if (unfit === undefined || !targets.isOfRuntime(scaler)) return;
        const does = scaler.scalesOut ? "scales a runtime" : "sets what a running runtime asks for,";
        report(scaler.urn, `${scaler.where} ${does} on ${unfit}: scale on vLLM's requests in flight instead`);
      });
    });
  },
);
