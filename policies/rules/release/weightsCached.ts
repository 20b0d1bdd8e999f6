import { quote } from "../../../components/config/problems.js";
import { BATCH_KINDS } from "../../../components/vocabulary/workloads.js";
import { spelledFlagsOf, lastFlag, type SpelledFlag } from "../../engine/flags.js";
import { modelOf } from "../../engine/model.js";
import { runtimesOf } from "../../engine/runtimes.js";
import { PATH } from "../../engine/sources.js";
import { volumeAt } from "../../engine/cacheFolders.js";
import type { Container } from "../../pods/containers.js";
import type { Workload } from "../../pods/workloads.js";
import { each } from "../../read/unknown.js";
import { fields } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";

/** As huggingface_hub reads it: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables, read 2026-11-26. */
const TRUE = /^(1|on|yes|true)$/i;
/** Variables that name the hub's cache, the one that wins first: same page. */
const CACHE_VARIABLES: readonly [name: string, below: string][] = [
  ["HF_HUB_CACHE", ""],
  ["HUGGINGFACE_HUB_CACHE", ""],
  ["HF_HOME", "/hub"],
  ["XDG_CACHE_HOME", "/huggingface/hub"],
  ["HOME", "/.cache/huggingface/hub"],
];
/** vLLM's images run as root unless told otherwise. */
const DEFAULT_CACHE = "/root/.cache/huggingface/hub";
/** Volumes that go with the pod. */
const PASSING = ["emptyDir", "ephemeral"];

export const weightsCached = wholePodRule(
  {
    name: "weights-cached",
    description: "A vLLM server finds its weights in the cluster, and does not download them at each start.",
    why: "Each start of a replica then waits for the hub, pays for the way there, needs a token and the internet, and fails when the hub does.",
    remediationSteps:
      "State where weights are kept in `vllm:cache`; other programs: serve a path on a volume that was filled before, with HF_HUB_OFFLINE=1.",
    equalForms:
      "Good: a path, an address such as s3://, HF_HUB_OFFLINE in any spelling of true, and a hub's cache (HF_HUB_CACHE, HF_HOME, HOME, --download-dir) on a volume that outlives the pod. Judged: servers of every kind that stay; jobs load once. Not seen: whether what is on a volume was filled before.",
    severity: "medium",
    enforcementLevel: "disabled",
  },
  (workload, report) => {
    if (BATCH_KINDS.includes(workload.kind)) return;
    each(runtimesOf(workload), ({ container, args }) => {
      const flags = spelledFlagsOf(args);
      const model = modelOf(args, flags);
      // Without a name nobody can tell: the rule `model-revision` asks for one.
      if (model === undefined || PATH.test(model) || isOffline(container)) return;
      if (isKept(cacheFolder(container, flags), container, workload)) return;
      report(
        `${container.where}: downloads ${quote(model)} at each start: keep its weights in the cluster (vllm:cache), and serve them by their path`,
      );
    });
  },
);

function valueOf(container: Container, name: string): string | undefined {
  return container.environment.find((variable) => variable.name === name)?.value;
}

function isOffline(container: Container): boolean {
  return TRUE.test(valueOf(container, "HF_HUB_OFFLINE") ?? "");
}

/** Where the hub's client keeps what it has downloaded. */
function cacheFolder(container: Container, flags: readonly SpelledFlag[]): string {
  const stated = lastFlag(flags, "download-dir")?.values[0];
  if (stated !== undefined) return stated;
  for (const [name, below] of CACHE_VARIABLES) {
    const value = valueOf(container, name);
    if (value !== undefined) return value + below;
  }
  return DEFAULT_CACHE;
}

/** Whether a folder is on a volume that outlives the pod. */
function isKept(folder: string, container: Container, workload: Workload): boolean {
  const kinds = Object.keys(fields(volumeAt(folder, container, workload))).filter((key) => key !== "name");
  return kinds.length > 0 && !kinds.some((kind) => PASSING.includes(kind));
}
