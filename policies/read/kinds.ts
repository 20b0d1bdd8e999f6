/** Kubernetes kinds as Pulumi's type tokens name them. */

export interface Kind {
  /** API group; `core` for the group without a name. */
  group: string;
  kind: string;
}

/** The fields of a resource that rules read; both of the engine's forms have them. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/**
 * Group and kind of `kubernetes:apps/v1:Deployment`, whatever the version.
 *
 * Custom resources have such tokens too (`kubernetes:keda.sh/v1alpha1:ScaledObject`), which is why rules match on
 * tokens: the SDK's `isType(CustomResource)` does not see them.
 */
export function kindOf(type: string): Kind | undefined {
  const match = /^kubernetes:([^/:]+)\/[^/:]+:([A-Za-z][A-Za-z0-9]*)$/.exec(type);
  const [, group, kind] = match ?? [];
  return group === undefined || kind === undefined ? undefined : { group, kind };
}

export function isKind(resource: Resource, group: string, kind: string): boolean {
  const found = kindOf(resource.type);
  return found?.group === group && found.kind === kind;
}
