// As much of a schema as Pulumi's YAML asks for: names of kinds and of their properties, of any type.
const KINDS = {
  "core/v1:ConfigMap": ["metadata", "data"],
  "apps/v1:Deployment": ["metadata", "spec"],
  "apps/v1:DeploymentPatch": ["metadata", "spec"],
  "helm.sh/v3:Release": ["chart", "version", "namespace", "repositoryOpts", "values"],
};

const any = (names) => Object.fromEntries(names.map((name) => [name, { $ref: "pulumi.json#/Any" }]));
const resources = Object.entries(KINDS).map(([kind, names]) => [
  `kubernetes:${kind}`,
  { properties: any(names), inputProperties: any(names) },
]);

module.exports = {
  /** @param version of the provider */
  schema: (version) => JSON.stringify({ name: "kubernetes", version, resources: Object.fromEntries(resources) }),
};
