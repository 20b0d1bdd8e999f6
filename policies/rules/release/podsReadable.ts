import { SERVING_KINDS, type ServingKind } from "../../../components/facts/servingKinds.js";
import { SERVING_CHARTS } from "../../../components/facts/servingCharts.js";
import { chartsOf } from "../../charts/charts.js";
import { enginesOf, isRuntime } from "../../engine/runtimes.js";
import { workloadsOf } from "../../pods/workloads.js";
import { kindOf, type Resource } from "../../read/kinds.js";
import { at, isSet, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

const CHARTS = new Set(SERVING_CHARTS.map(({ name }) => name));

export const podsReadable = resourceRule(
  {
    name: "pods-readable",
    description: "The pods of a runtime are in the program, where the other rules read them.",
    why: "A controller or chart that makes the pods can give them anything: that no rule is broken then says little.",
    remediationSteps:
      "State the pod yourself (a Deployment, or the kind's own pod template), or judge what the controller or chart makes, such as the output of `helm template`.",
    equalForms:
      "Speaks of kinds and charts that are known to run vLLM, unless the resource states the whole pod. Any other chart is taken for one that runs none.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const { group, kind, isPatch } = kindOf(resource.type) ?? {};
    if (isPatch !== false) return;
    for (const { chart } of chartsOf(resource)) {
      if (CHARTS.has(nameOf(chart)))
        report(`not judged: chart ${chart} makes the pods, of which its values show a part alone`);
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

/** The name in an address, in a repository's alias and in an archive's file name. */
function nameOf(chart: string): string {
  const last =
    chart
      .replace(/[?#@].*$/, "")
      .split("/")
      .at(-1) ?? "";
  return last.replace(/(-v?\d[\w.+-]*)?\.tgz$/, "").replace(/:[\w.-]+$/, "");
}
