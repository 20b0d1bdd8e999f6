/** `contract`: what a cluster says of a model's releases: their contracts, how two differ, and what was before. */
import { didYouMean, error, listOr, quote } from "../../components/config/problems.js";
import { printableJson } from "../../components/config/printable.js";
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import type { Outcome } from "../commandLine.js";
import { BadInput, EXIT, Failure } from "../failure.js";
import { Cluster } from "../local/client.js";
import { type DeployedRelease, deployedReleases, type Stated } from "./deployed.js";
import { differences } from "./diff.js";
import { diffText, historyText, showText } from "./text.js";

/** Options of the command line. */
export interface ContractOptions extends ClusterOptions {
  /** @default any */
  stack?: string;
  /** @default all that may be read */
  namespace?: string;
  json: boolean;
}

/** Around the command. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Columns of the terminal. */
  width: number;
}

/** A contract, by its release or by the number of one of its templates: `r1`, `r1@3`. */
interface Named extends Stated {
  name: string;
}

/** @param release `r1`, or `r1@3` for an earlier contract of it. @default the one that the route leads to */
export function show(
  model: string,
  release: string | undefined,
  options: ContractOptions,
  around: Surroundings,
): Promise<Outcome> {
  return withReleases(model, options, around, (releases) => {
    const routed = releases.find(({ isRouted }) => isRouted) ?? releases[0]!;
    const chosen = contractNamed(model, releases, release ?? routed.release);
    if (options.json) return { model, name: chosen.name, hash: chosen.hash, contract: chosen.contract };
    return showText(model, chosen, releases, around.width);
  });
}

export function diff(
  model: string,
  [before, after]: readonly [string, string],
  options: ContractOptions,
  around: Surroundings,
): Promise<Outcome> {
  return withReleases(model, options, around, (releases) => {
    const [old, now] = [contractNamed(model, releases, before), contractNamed(model, releases, after)];
    // Every two releases differ in their names.
    const found = differences(old.contract, now.contract).filter(({ path }) => path !== "release");
    if (options.json) return { model, before: old.name, after: now.name, differences: found };
    return diffText([old.name, now.name], found, around.width);
  });
}

export function history(model: string, options: ContractOptions, around: Surroundings): Promise<Outcome> {
  return withReleases(model, options, around, (releases) =>
    options.json
      ? releases.map(({ contract: _, templates, ...release }) => ({
          ...release,
          templates: templates.map(({ contract: __, ...template }) => template),
        }))
      : historyText(releases, around.width),
  );
}

/** @throws Failure where the model is not there, or is several times */
async function withReleases(
  model: string,
  options: ContractOptions,
  { env }: Surroundings,
  use: (releases: readonly DeployedRelease[]) => string | object,
): Promise<Outcome> {
  const cluster = new Cluster(kubeconfigOf(options, env), options.context);
  try {
    const { stack, namespace } = options;
    const asked = {
      model,
      ...(stack !== undefined && { stack }),
      ...(namespace !== undefined && { namespace }),
    };
    const releases = await deployedReleases(cluster, asked);
    const places = [...new Set(releases.map((release) => `${release.namespace} (stack ${release.stack})`))];
    if (places.length === 0) {
      const where = namespace === undefined ? "any namespace" : `namespace ${namespace}`;
      throw new Failure(
        `${cluster.server} has no release of model ${quote(model)} in ${where}: another context may have it (--context)`,
      );
    }
    if (places.length > 1) {
      throw new BadInput(
        `model ${quote(model)} is there several times: in ${places.join(", ")}; name one by --namespace or --stack`,
      );
    }
    const found = use(releases);
    const text = typeof found === "string" ? found : printableJson(JSON.stringify(found, null, 2));
    return { text, exitCode: EXIT.fine };
  } finally {
    cluster.close();
  }
}

/** @throws BadInput where there is none of that name; Failure where it states no contract */
function contractNamed(
  model: string,
  releases: readonly DeployedRelease[],
  name: string,
): Named & { contract: object } {
  const [key = "", number] = name.split("@");
  const release = releases.find((one) => one.release === key);
  if (release === undefined) {
    const names = releases.map((one) => one.release);
    const hint = didYouMean(key, names) || `: use ${listOr(names)}`;
    throw new BadInput([error(model, `has no release ${quote(key)} there${hint}`)]);
  }
  const stated = number === undefined ? release : release.templates.find((one) => String(one.number) === number);
  if (stated === undefined) {
    const numbers = release.templates.map((one) => `${key}@${one.number}`);
    throw new BadInput([error(model, `has no ${quote(name)} any more: use ${listOr(numbers)}`)]);
  }
  if (stated.contract === undefined) throw new Failure(`${model} ${name}: ${stated.problem}`);
  return { ...stated, name, contract: stated.contract };
}
