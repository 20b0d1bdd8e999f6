import { quote } from "../../../components/config/problems.js";
import { lastFlag, type SpelledFlag, spelledFlagsOf, throwUnknownFlag } from "../../engine/flags.js";
import { isFilledAtCommit } from "../../engine/downloads.js";
import { modelOf } from "../../engine/model.js";
import { all, each } from "../../read/unknown.js";
import { type ResourceRule, resourceRule, workloadRule } from "../../rule.js";
import { hubModels, isFilledByKserve } from "../../engine/kserveModels.js";
import { enginesOf, type VllmContainer } from "../../engine/runtimes.js";
import type { Workload } from "../../pods/workloads.js";
import { COMMIT, COMMIT_IN_PATH, PATH, unpinnedSources } from "../../engine/sources.js";

const ofEngines = workloadRule(
  {
    name: "model-revision",
    description: "vLLM loads its model, tokenizer, draft, adapters and code at a commit.",
    why: "A branch such as main moves: two replicas of one release can serve different weights, and nobody can tell which are live.",
    remediationSteps:
      "Give --revision=<40 hex digits>: the commit shown on the model's page, or by `git ls-remote`; for a draft in the `revision` of --speculative-config, for an adapter in its path.",
    equalForms:
      "A commit has 40 hex digits; branches, tags and short hashes move. Judged alike: the model as first word or as `--model`, servers and batch runs, tokenizers, drafts of speculative decoding, adapters, `--hf-config-path` and `--generation-config`. A path or URI has to have the commit in it, an OCI artifact its digest; a folder is good, too, that a command of the pod fills and that names a commit (`hf download --revision=… --local-dir=…`). Not seen: what is behind another path, and models that a request names.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    each(enginesOf(workload), (engine) => {
      const say = (message: string) => report(`${engine.container.where}: ${message}`);
      const flags = spelledFlagsOf(engine.args);
      all(
        () => judgeModel(engine, flags, workload, say),
        () => each(["revision", "tokenizer-revision", "code-revision"], (name) => judgeRevision(flags, name, say)),
        () => unpinnedSources(flags, modelOf(engine.args, flags)).forEach(say),
      );
    });
  },
);

type Say = (message: string) => void;

/** That a commit is named at all. */
function judgeModel({ args }: VllmContainer, flags: readonly SpelledFlag[], workload: Workload, say: Say): void {
  if (lastFlag(flags, "revision") !== undefined) return;
  throwUnknownFlag(args);
  const model = modelOf(args, flags);
  if (model === undefined || !PATH.test(model)) {
    if (workload.isWhole || model !== undefined)
      say("no --revision: pin the model's commit, --revision=<40 hex digits>");
  } else if (
    !COMMIT_IN_PATH.test(model) &&
    !isFilledByKserve(model, workload.object) &&
    !isFilledAtCommit(model, workload)
  ) {
    say(`model path ${quote(model)} names no commit: put the model's 40-digit commit in the path`);
  }
}

function judgeRevision(flags: readonly SpelledFlag[], name: string, say: Say): void {
  const flag = lastFlag(flags, name);
  if (flag === undefined || COMMIT.test(flag.values[0] ?? "")) return;
  say(`--${name} ${quote(flag.values[0])} can move: use the commit, 40 hex digits`);
}

const ofUris = resourceRule(ofEngines, (resource, report) => {
  hubModels(resource, ({ where, uri, revision }) => {
    if (revision !== undefined && COMMIT.test(revision)) return;
    report(`${where} ${quote(uri)} names no commit: put it behind a colon, hf://owner/model:<40 hex digits>`);
  });
});

export const modelRevision: ResourceRule = {
  ...ofEngines,
  validateResource: [ofEngines.validateResource ?? [], ofUris.validateResource ?? []].flat(),
};
