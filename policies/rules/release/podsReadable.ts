import { SERVING_KINDS, type ServingKind } from "../../../components/facts/servingKinds.js";
import { enginesOf, isRuntime } from "../../engine/runtimes.js";
import { workloadsOf } from "../../pods/workloads.js";
import { kindOf, type Resource } from "../../read/kinds.js";
import { at, isSet, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

/** Charts that run vLLM, by their names. */
const CHARTS =
  /(^|\/)(vllm(-stack|-production-stack)?|llm-d(-modelservice)?|aibrix|kserve-runtime-configs)(-[\d.]+\.tgz)?$/;

export const podsReadable = resourceRule(
  {
    name: "pods-readable",
    description: "The pods of a runtime are in the program, where the other rules read them.",
    why: "A controller or chart that makes the pods can give them anything: that no rule is broken then says little.",
    remediationSteps:
      "State the pod yourself (a Deployment, or the kind's own pod template), or judge what the controller or chart makes, such as the output of `helm template`.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const { group, kind, isPatch } = kindOf(resource.type) ?? {};
    if (isPatch !== false) return;
    if (group === "helm.sh" && kind === "Release") {
      const chart = text(resource.props["chart"]) ?? "";
      if (CHARTS.test(chart))
        report(`not judged: chart ${chart} makes the pods, of which its values show a part alone`);
      return;
    }
    if (group === "ray.io" && kind === "RayService") {
      if (isServedByCode(resource))
        report("not judged: code that Ray Serve runs starts vLLM, with arguments that stand in no manifest");
      return;
    }
    const found = SERVING_KINDS.find((candidate) => candidate.group === group && candidate.kind === kind);
    const workloads = workloadsOf(resource);
    if (found === undefined || workloads.some(({ isWhole }) => isWhole)) return;
    if (!namesVllm(resource.props, found) && !workloads.some(isRuntime)) return;
    const stated = isSet(at(resource.props, "spec")) || isSet(resource.props["inference"]);
    if (stated)
      report(`not judged: ${found.controller} makes the pods of this ${found.kind}, which states a part of them alone`);
  },
);

/** Whether an object runs vLLM, and none of the other engines of its kind, as far as its fields say. */
function namesVllm(props: unknown, { engine }: ServingKind): boolean {
  if (engine === undefined) return true;
  const names = engine.paths.flatMap((path) => text(at(props, ...path)) ?? []);
  return names.length === 0 ? engine.isDefault : names.some((name) => engine.vllm.test(name));
}

/** Whether Ray's nodes have vLLM, and neither a command nor the Serve config says how it is started. */
function isServedByCode(resource: Resource): boolean {
  const workloads = workloadsOf(resource);
  if (workloads.some((workload) => [...enginesOf(workload)].length > 0)) return false;
  const images = workloads.flatMap(({ containers }) => containers.flatMap(({ image }) => image ?? []));
  return [text(at(resource.props, "spec", "serveConfigV2")) ?? "", ...images].some((word) => /vllm/i.test(word));
}
