/** Whether a model's Service leads to Ready pods of the release that its route names. */
import { counted } from "../../../components/config/problems.js";
import { runtimeName } from "../../../components/derive/objects.js";
import { LABELS } from "../../../components/vocabulary/labels.js";
import { type Check, fail, judged, Skip, type Verdict } from "../check.js";
import { type EndpointSlice, isReady, type Service } from "../objects.js";
import type { Target } from "../target.js";
import type { WantedModel } from "../wanted.js";

/** Label of an EndpointSlice with the name of its Service: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
const SERVICE_LABEL = "kubernetes.io/service-name";

export function routeCheck(target: Target, wanted: WantedModel): Check {
  const { name } = wanted.model;
  return {
    name: "route",
    subject: name,
    next: target.kubectl(`get service ${name} -o wide && kubectl get endpointslice -l ${SERVICE_LABEL}=${name}`),
    run: () => route(target, wanted),
  };
}

async function route(target: Target, { model }: WantedModel): Promise<Verdict> {
  const { namespace } = target;
  const service = await target.get<Service>({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: model.name, namespace },
  });
  if (service === undefined) throw new Skip(`there is no Service ${model.name}: see objects`);
  const { stable } = model.route;
  const led = service.spec.selector?.[LABELS.release];
  if (led !== stable) return fail(`leads to release ${led ?? "of any name"}, the config says ${stable}`);
  const release = target.wanted.releases.find(({ name }) => name === runtimeName(model.releases.get(stable)!))!;
  const slices = await target.list<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice", { namespace });
  const endpoints = slices
    .filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === model.name)
    .flatMap(({ endpoints }) => endpoints ?? [])
    // Absent means ready: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef }) => targetRef?.name ?? "an address of no pod");
  if (endpoints.length === 0 && (await target.isAtZero(release))) {
    throw new Skip(`leads to ${stable}, which is at zero replicas as autoscaling.min 0 allows`);
  }
  if (endpoints.length === 0) return fail(`leads to ${stable}, and no pod is Ready behind it`);
  const ready = new Set((await target.pods(release)).filter(isReady).map(({ metadata }) => metadata.name));
  const strangers = endpoints.filter((name) => !ready.has(name));
  return judged(
    strangers.map((name) => `${name} is behind it and is no Ready pod of ${release.name}`),
    `leads to ${stable}: ${counted(endpoints.length, "Ready pod")}`,
  );
}
