/** The arrows of the layout: tools → stacks → components/{…} → components/contract; policies → components/contract at most. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: `^${from}/` },
  to: { path: "^(components|stacks|policies|tools|test|bench)/", pathNot: allowed.map((folder) => `^${folder}/`) },
});

const COMPONENTS = ["gateway", "observability", "serving", "platform", "cluster"];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: "\\.(d\\.ts|json)$|^(test|bench)/|^policies/index\\.js$" },
      to: {},
    },
    only("contract-is-a-leaf", "components/contract", ["components/contract"], "the contract imports nothing of ours"),
    ...COMPONENTS.map((folder) =>
      only(
        `${folder}-imports-contract-only`,
        `components/${folder}`,
        ["components/contract", `components/${folder}`],
        "layers meet in stacks",
      ),
    ),
    only(
      "policies-judge-from-outside",
      "policies",
      ["policies", "components/contract"],
      "a policy must not share the code it judges",
    ),
    only("stacks-compose", "stacks", ["stacks", "components"], "stacks import components"),
    only("tools-are-on-top", "tools", ["tools", "stacks", "policies", "components"], "nothing imports tests"),
    {
      name: "contract-without-pulumi",
      comment: "a contract is reviewed text: no Outputs",
      severity: "error",
      from: { path: "^components/contract/" },
      to: { path: "node_modules/@pulumi" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
