/** Claims of volumes: objects of their own, templates in workloads, and volumes of pods; and the volumes that claims are bound to. */
import { quote } from "../../components/config/problems.js";
import { nameOf, shownNameOf, type Workload } from "../pods/workloads.js";
import { namespaceOf } from "../read/namespaces.js";
import { isKind, kindOf, type Resource } from "../read/kinds.js";
import { at, type Fields, fields, list, text } from "../read/values.js";

export interface Claim {
  urn: string;
  /** How messages name it. */
  where: string;
  spec: Fields;
  /** The class by the annotation that came before the field. */
  readonly annotatedClass: string | undefined;
}

/** A claim that pods name, or a volume. */
export interface NamedClaim extends Claim {
  name: string;
  namespace: string;
}

const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Where workloads keep templates of claims: StatefulSets and what follows them, and LeaderWorkerSets. */
const TEMPLATES: ReadonlyArray<readonly string[]> = [["spec"], ["spec", "leaderWorkerTemplate"]];

export function namedClaimsOf(resources: readonly Resource[]): NamedClaim[] {
  return resources
    .filter((resource) => isKind(resource, "core", "PersistentVolumeClaim"))
    .map((resource) => ({
      ...claim(resource.urn, `PersistentVolumeClaim ${quote(shownNameOf(resource))}`, resource.props),
      name: nameOf(resource),
      namespace: namespaceOf(resource),
    }));
}

/** Claims that each pod gets for itself. */
export function ownClaimsOf(resources: readonly Resource[], workloads: readonly Workload[]): Claim[] {
  const templates = resources.flatMap((resource) => {
    const kind = kindOf(resource.type)?.kind;
    if (kind === undefined) return [];
    return TEMPLATES.flatMap((path) => list(at(resource.props, ...path, "volumeClaimTemplates"))).map((template) =>
      claim(
        resource.urn,
        `claim template ${quote(at(template, "metadata", "name"))} of ${kind} ${quote(shownNameOf(resource))}`,
        fields(template),
      ),
    );
  });
  const volumes = workloads.flatMap((workload) =>
    list(workload.podSpec["volumes"]).flatMap((volume) => {
      const template = at(volume, "ephemeral", "volumeClaimTemplate");
      if (template === undefined || template === null) return [];
      const where = `volume ${quote(at(volume, "name"))} of ${workload.kind} ${quote(workload.shownName)}`;
      return [claim(workload.urn, where, fields(template))];
    }),
  );
  return [...templates, ...volumes];
}

function claim(urn: string, where: string, props: Fields): Claim {
  return {
    urn,
    where,
    spec: fields(props["spec"]),
    get annotatedClass() {
      return text(at(props, "metadata", "annotations", CLASS_ANNOTATION));
    },
  };
}
