/**
 * The arrows of docs/architecture.md. Rooms are listed from the top down: a file imports its own room and those on lower
 * floors; rooms of one floor do not import each other. A folder that nobody has listed gets the floor of its kind, so that the
 * rule holds for folders of tomorrow, too.
 */
const FLOORS = [
  ["tools"],
  ["stacks", "examples"],
  ["components/plugin"],
  // Whatever else comes under components/: cache, batch, observability, gateway.
  ["components/cluster", "components/platform", "components/serving", "components/*"],
  ["components/engine", "components/aws"],
  ["components/checks"],
  ["components/derive"],
  ["components/contract", "components/fit"],
  ["components/config", "components/facts", "components/vocabulary", "components/programs"],
];

/** Rooms that load no Pulumi package. */
const PURE = ["config", "facts", "vocabulary", "contract", "fit", "derive", "checks", "programs"];

const named = FLOORS.flat().filter((room) => !room.endsWith("*"));
const listed = named.filter((room) => room.startsWith("components/")).map((room) => room.split("/")[1]);

/** Matches the files of a room; of `components/*`, those of every component that has no floor of its own. */
const filesOf = (room) => (room === "components/*" ? `^components/((?!(${listed.join("|")})/)[^/]+)/` : `^${room}/`);

const OURS = "^(components|stacks|policies|tools|test|examples)/";

const rules = FLOORS.flatMap((floor, index) => {
  const below = FLOORS.slice(index + 1)
    .flat()
    .map(filesOf);
  // The command line judges with the policies.
  const besides = floor.includes("tools") ? ["^policies/"] : floor.includes("examples") ? ["^components/index"] : [];
  return floor.map((room) => ({
    name: `${room.replace("components/", "").replace("*", "other-components")}-imports-what-is-below`,
    comment: "a room imports its own files and those of rooms on lower floors (docs/architecture.md)",
    severity: "error",
    from: { path: filesOf(room) },
    to: {
      path: OURS,
      // `$1` is the folder that the file itself is in.
      pathNot: [room === "components/*" ? "^components/$1/" : filesOf(room), ...below, ...besides],
    },
  }));
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: {
        orphan: true,
        pathNot: "\\.(d\\.ts|json)$|^(test|examples)/|^policies/index\\.js$|^components/plugin/index\\.js$",
      },
      to: {},
    },
    ...rules,
    {
      name: "policies-judge-from-outside",
      comment: "a policy must not share the code that it judges",
      severity: "error",
      from: { path: "^policies/" },
      to: { path: OURS, pathNot: ["^policies/", "^components/(facts|vocabulary|config)/"] },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    {
      name: "pure-rooms-without-pulumi",
      comment: "a contract is reviewed text: no Outputs",
      severity: "error",
      from: { path: `^components/(${PURE.join("|")})/` },
      to: { path: "node_modules/@pulumi" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
