/**
 * The Kubernetes objects in a resource: the resource itself, the items of a list, manifests that it holds, such as those of a
 * chart's values, and values that are written as text.
 */
import { VALUES_GROUP, VALUES_KIND, writtenValues } from "../charts/values.js";
import { type Kind, kindOf, type Resource } from "../read/kinds.js";
import { fields } from "../read/values.js";
import { type Path, reach } from "./path.js";
import { plain, search } from "./search.js";

export interface KubernetesObject extends Resource, Kind {
  /** Where it stands in the resource's properties; empty for the resource itself. */
  readonly path: Path;
}

/** Objects by the properties of their resources: some fifty rules ask for the same. */
const KNOWN = new WeakMap<object, readonly KubernetesObject[]>();

/** The objects in a resource, itself first; none for what is not Kubernetes'. */
export function objectsOf(resource: Resource): readonly KubernetesObject[] {
  const known = KNOWN.get(resource.props);
  if (known !== undefined) return known;
  const kind = kindOf(resource.type);
  const found =
    kind === undefined
      ? []
      : [{ ...own(resource), ...kind, path: [] }, ...heldBy(resource, kind)].flatMap((object) => [
          object,
          ...valuesIn(object),
        ]);
  KNOWN.set(resource.props, found);
  return found;
}

function heldBy(resource: Resource, kind: Kind): KubernetesObject[] {
  return search(resource.props, kind).manifests.flatMap(({ path, apiVersion, kind: name }) => {
    const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${name}`;
    const held = kindOf(type);
    if (held === undefined) return [];
    return [{ ...own(resource), type, props: fields(reach(resource.props, path)), ...held, path }];
  });
}

/** Values of charts that are written as text or lists, each as an object of its own. */
function valuesIn(object: KubernetesObject): KubernetesObject[] {
  const version = { group: VALUES_GROUP, apiVersion: `${VALUES_GROUP}/v1`, kind: VALUES_KIND, isPatch: false };
  const type = `kubernetes:${version.apiVersion}:${VALUES_KIND}`;
  return writtenValues(object, plain(object.props)).map(({ path, value }) => ({
    ...own(object),
    ...version,
    type,
    props: fields(value),
    path: [...object.path, ...path],
  }));
}

function own({ type, name, urn, props }: Resource): Resource {
  return { type, name, urn, props };
}
