/** Kubernetes kinds as Pulumi's type tokens name them. */

export interface Kind {
  /** API group; `core` for the group without a name. */
  group: string;
  /** Group and version, as manifests write them: `apps/v1`. */
  apiVersion: string;
  /** Of a patch, the kind that it changes. */
  kind: string;
  /** Pulumi's `DeploymentPatch` and the like, which state a part of an object that others made. */
  isPatch: boolean;
}

/** The fields of a resource that rules read; both of the engine's forms have them. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Not objects themselves: Pulumi makes resources of what they say. */
const NO_OBJECTS = ["yaml", "kustomize"];

/**
 * Group and kind of `kubernetes:apps/v1:Deployment`, whatever the version.
 *
 * Custom resources have such tokens too (`kubernetes:keda.sh/v1alpha1:ScaledObject`), which is why rules match on
 * tokens: the SDK's `isType(CustomResource)` does not see them.
 */
export function kindOf(type: string): Kind | undefined {
  if (!KNOWN.has(type)) KNOWN.set(type, readKind(type));
  return KNOWN.get(type);
}

/** Cache: every rule asks for every resource. */
const KNOWN = new Map<string, Kind | undefined>();

function readKind(type: string): Kind | undefined {
  const [, group = "", version, kind = ""] = /^kubernetes:([^/:]+)\/([^/:]+):([A-Za-z][A-Za-z0-9]*)$/.exec(type) ?? [];
  if (version === undefined || NO_OBJECTS.includes(group)) return undefined;
  const patched = /^(.+)Patch$/.exec(kind)?.[1];
  return {
    group,
    apiVersion: group === "core" ? version : `${group}/${version}`,
    kind: patched ?? kind,
    isPatch: patched !== undefined,
  };
}

export function isKind(resource: Resource, group: string, kind: string): boolean {
  const found = kindOf(resource.type);
  return found?.group === group && found.kind === kind;
}
