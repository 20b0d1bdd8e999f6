/** A model's rollout as the stack's file has it, and how a step is written into it. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { ContractError, didYouMean, error, listOr, type Problem, quote } from "../../components/config/problems.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { parseStackConfig } from "../../stacks/config.js";
import { BadInput } from "../failure.js";
import { type LoadedStack, loadStack } from "../loadStack.js";
import { fileDiff } from "./diff.js";
import { routeIn, withRoute } from "./edit.js";
import { type Route, type Stage, stageOf } from "./steps.js";

export interface Rollout {
  loaded: LoadedStack;
  model: ServedModel;
  /** In the config's order. */
  releases: string[];
  stage: Stage;
  hasGateway: boolean;
}

/** @throws ContractError with every problem of the stack's config; BadInput where it has no such model */
export function rolloutOf(folder: string, stack: string, name: string): Rollout {
  const loaded = loadStack(folder, stack);
  const { models, gateway } = loaded.config;
  const model = models.find((one) => one.name === name);
  if (model === undefined) {
    const names = models.map((one) => one.name);
    const instead = didYouMean(name, names) || `: use ${listOr(names)}`;
    throw new BadInput([error("model", `stack ${stack} has no model ${quote(name)}${instead}`)]);
  }
  const releases = [...model.releases.keys()];
  return { loaded, model, releases, stage: stageOf(model.route, releases), hasGateway: gateway !== undefined };
}

/** A step that is ready to be written. */
export interface Edit {
  diff: string;
  /** Of the config as it will be. */
  warnings: Problem[];
  /** Puts it into the file. @throws BadInput where somebody else has changed the file since */
  write: () => void;
}

/** The route as people wrote it: what has a default is not in it. @throws BadInput where it is not written out there */
export function writtenRoute({ loaded: { file }, model }: Rollout): Route {
  return routeIn(readFileSync(file.file, "utf8"), basename(file.file), model.name);
}

/** @throws ContractError where the config would be wrong; BadInput where the file cannot be changed there */
export function editOf({ loaded: { file }, model }: Rollout, route: Route): Edit {
  const before = readFileSync(file.file, "utf8");
  const name = basename(file.file);
  const after = withRoute(before, name, model.name, route);
  const values = structuredClone(file.values) as { models: Record<string, { route: unknown }> };
  values.models[model.name]!.route = route;
  const { config, problems } = parseStackConfig(values, file.secretPaths, new Date(), dirname(file.file));
  if (config === undefined) throw new ContractError(problems);
  return {
    diff: fileDiff(name, before, after),
    warnings: problems.filter(({ path }) => path.includes(`models.${model.name}.route`)),
    write: () => {
      if (readFileSync(file.file, "utf8") !== before) {
        throw new BadInput([error(name, "has been changed meanwhile: look at it, and call again")]);
      }
      writeFileSync(file.file, after);
    },
  };
}
