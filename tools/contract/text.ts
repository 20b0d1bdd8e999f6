/** Contracts of a cluster as text; what is in it comes from the cluster. */
import { stringify } from "yaml";
import { printable, printableLines } from "../../components/config/printable.js";
import { counted } from "../../components/config/problems.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "../preview/table.js";
import type { DeployedRelease, Stated, Template } from "./deployed.js";
import { type Difference, valueText } from "./diff.js";

/** The contract as YAML, below a table of the model's releases. @param width columns of the terminal */
export function showText(
  model: string,
  { name, contract, hash, problem }: Stated & { name: string },
  releases: readonly DeployedRelease[],
  width: number,
): string {
  const rows = releases.map((release) => {
    const newest = release.templates[0];
    return [
      release.release + (release.isRouted ? " ◀" : ""),
      `${release.ready} of ${release.replicas}`,
      short(newest?.revision ?? ""),
      newest?.image ?? "",
      release.hash ?? "none",
    ].map(printable);
  });
  return [
    fittingTable(["RELEASE", "READY", "REVISION", "IMAGE", "CONTRACT"], rows, { right: [], title: 1, width }),
    "",
    pc.bold(printable(`${model} ${name}, contract ${hash ?? "without a hash"}`)),
    ...(problem === undefined ? [] : [pc.yellow(printable(`note: ${problem}`))]),
    printableLines(stringify(contract, { lineWidth: 0 }).trimEnd()),
  ].join("\n");
}

export function diffText(names: readonly [string, string], found: readonly Difference[], width: number): string {
  if (found.length === 0) return printable(`${names.join(" and ")} have the same contract.`);
  const rows = found.map(({ path, before, after }) => [path, valueText(before), valueText(after)].map(printable));
  return fittingTable(["", ...names].map(printable), rows, { right: [], title: 1, width });
}

export function historyText(releases: readonly DeployedRelease[], width: number): string {
  return releases.map((release) => releaseHistory(release, width)).join("\n\n");
}

function releaseHistory(release: DeployedRelease, width: number): string {
  const { deployment, namespace, templates } = release;
  const rows = templates.map((template) =>
    [
      String(template.number),
      template.createdAt,
      template.hash ?? "none",
      short(template.revision),
      template.image,
      state(release, template),
    ].map(printable),
  );
  const head = ["NUMBER", "CREATED", "CONTRACT", "REVISION", "IMAGE", ""];
  const older = templates.find(({ number }) => number !== release.number);
  const back =
    older === undefined
      ? []
      : [
          pc.dim(
            printable(
              `how the two newest differ: npm run contract -- diff ${release.contract?.["name"] as string} ${release.release}@${older.number} ${release.release}`,
            ),
          ),
        ];
  return [
    pc.bold(printable(`${deployment}${release.isRouted ? " ◀" : ""}`)) +
      pc.dim(printable(`  namespace ${namespace}, ${counted(templates.length, "template")}`)),
    fittingTable(head, rows, { right: [0], title: 2, width }),
    ...back,
  ].join("\n");
}

function state({ number }: DeployedRelease, template: Template): string {
  const pods = template.replicas === 0 ? "no pods" : `${template.ready} of ${template.replicas} ready`;
  return template.number === number ? `now, ${pods}` : pods;
}

/** Of a commit. */
function short(revision: string): string {
  return revision.slice(0, 8);
}
