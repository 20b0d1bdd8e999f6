/** Whether a release runs as its contract says: annotations, rollout, image, restarts, history. */
import { counted } from "../../../components/config/problems.js";
import { parseImage } from "../../../components/config/image.js";
import { contractHash } from "../../../components/contract/contract.js";
import { ENGINE_CONTAINER } from "../../../components/vocabulary/workloads.js";
import { numberOf, statedIn, templatesOf } from "../../contract/deployed.js";
import { differences, valueText } from "../../contract/diff.js";
import { type Check, fail, judged, pass, skip, Skip, type Verdict } from "../check.js";
import { conditionOf, conditionText, type Pod } from "../objects.js";
import type { Target } from "../target.js";
import type { WantedRelease } from "../wanted.js";

/** More values would be a wall of text; `npm run contract` shows them all. */
const MOST_VALUES = 3;

export function contractCheck(target: Target, release: WantedRelease): Check {
  const { name, plan } = release;
  return {
    name: "contract",
    subject: name,
    next: `npm run contract -- show ${plan.name} --release ${plan.release} --namespace ${target.namespace}`,
    run: async () => {
      const { contract, hash, problem } = statedIn(await target.deployment(release));
      if (problem !== undefined) return fail(problem);
      const wanted = contractHash(plan.contract);
      if (hash === wanted) return pass(`hash ${wanted}`);
      const values = differences(contract, JSON.parse(JSON.stringify(plan.contract)));
      const shown = values
        .slice(0, MOST_VALUES)
        .map(({ path, before, after }) => `${path} is ${valueText(before)}, the config says ${valueText(after)}`);
      const more = values.length - shown.length;
      return fail(
        [`hash ${hash} where the config has ${wanted}`, ...shown, ...(more > 0 ? [`${more} more`] : [])].join("; "),
      );
    },
  };
}

export function rolloutCheck(target: Target, release: WantedRelease): Check {
  return {
    name: "rollout",
    subject: release.name,
    next: target.kubectl(`rollout status deployment/${release.name}`),
    run: () => rollout(target, release),
  };
}

async function rollout(target: Target, release: WantedRelease): Promise<Verdict> {
  const deployment = await target.deployment(release);
  const { metadata, spec, status = {} } = deployment;
  const wanted = spec.replicas ?? 1;
  const { min, max } = release.plan.autoscaling;
  const problems: string[] = [];
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    problems.push("its controller has not seen it yet");
  const progressing = conditionOf(deployment, "Progressing");
  if (progressing?.status === "False") problems.push(conditionText(progressing));
  const failure = conditionOf(deployment, "ReplicaFailure");
  if (failure?.status === "True") problems.push(conditionText(failure));
  const [updated, available] = [status.updatedReplicas ?? 0, status.availableReplicas ?? 0];
  if (updated < wanted) problems.push(`${updated} of ${counted(wanted, "replica")} are of the newest template`);
  if (available < wanted)
    problems.push(`${available} of ${counted(wanted, "replica")} are available${await why(target, release)}`);
  const newest = await target.newest(deployment);
  const hash = newest?.metadata.labels?.["pod-template-hash"];
  const old = (await target.pods(release)).filter(
    (pod) => hash !== undefined && pod.metadata.labels?.["pod-template-hash"] !== hash,
  );
  if (old.length > 0) problems.push(`still of an older template: ${namesOf(old)}`);
  if (wanted < min || wanted > max)
    problems.push(`${counted(wanted, "replica")}, where autoscaling allows ${min} to ${max}`);
  if (problems.length === 0 && wanted === 0) return skip("at zero replicas, as autoscaling.min 0 allows");
  return judged(problems, `${counted(wanted, "replica")} available`);
}

/** What the first pod that is not Ready says. */
async function why(target: Target, release: WantedRelease): Promise<string> {
  const waiting = (await target.pods(release)).find((pod) => conditionOf(pod, "Ready")?.status !== "True");
  if (waiting === undefined) return "";
  const unscheduled = conditionOf(waiting, "PodScheduled");
  if (unscheduled?.status === "False") return ` (${waiting.metadata.name}: ${unscheduled.message ?? "not scheduled"})`;
  const state = waiting.status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  return ` (${waiting.metadata.name}: ${state?.reason ?? "not Ready"})`;
}

function namesOf(pods: readonly Pod[]): string {
  return pods.map(({ metadata }) => metadata.name).join(", ");
}

/** All pods, Ready or not. @throws Skip where there is none */
async function anyPods(target: Target, release: WantedRelease): Promise<Pod[]> {
  if (await target.isAtZero(release)) throw new Skip("at zero replicas, as autoscaling.min 0 allows");
  const pods = await target.pods(release);
  if (pods.length === 0) throw new Skip("there is no pod: see rollout");
  return pods;
}

function engineStatus({ status }: Pod) {
  return status?.containerStatuses?.find(({ name }) => name === ENGINE_CONTAINER);
}

export function imageCheck(target: Target, release: WantedRelease): Check {
  return {
    name: "image",
    subject: release.name,
    next: target.kubectl(
      `get pod -l ${selectorText(release)} -o jsonpath='{.items[*].status.containerStatuses[*].imageID}'`,
    ),
    run: async () => {
      const digest = parseImage(release.plan.image)?.digest;
      const problems: string[] = [];
      let untold = 0;
      for (const pod of await anyPods(target, release)) {
        const stated = pod.spec.containers.find(({ name }) => name === ENGINE_CONTAINER)?.image;
        const running = engineStatus(pod)?.imageID ?? "";
        const isOf = digest !== undefined && running.endsWith(`@${digest}`);
        if (stated !== release.plan.image) problems.push(`${pod.metadata.name} is to run ${stated}`);
        // Where an image has no digest of a registry, the id is that of its config.
        else if (!running.includes("@")) untold += 1;
        else if (!isOf) problems.push(`${pod.metadata.name} runs ${running}`);
      }
      if (problems.length === 0 && untold > 0) {
        return skip(
          `the pods ask for ${digest}; their runtime does not say which digest ${counted(untold, "container")} runs`,
        );
      }
      return judged(problems, `${digest}`);
    },
  };
}

function selectorText({ deployment }: WantedRelease): string {
  const { matchLabels = {} } = (deployment["spec"] as unknown as { selector: { matchLabels?: Record<string, string> } })
    .selector;
  return Object.entries(matchLabels)
    .map(([label, value]) => `${label}=${value}`)
    .join(",");
}

/** States in which a container waits for help. */
const STUCK = /BackOff|^Err|^CreateContainer|^Invalid|^RunContainerError/;

export function restartsCheck(target: Target, release: WantedRelease): Check {
  return {
    name: "restarts",
    subject: release.name,
    next: target.kubectl(`logs deployment/${release.name} -c ${ENGINE_CONTAINER} --previous --tail 50`),
    run: async () => {
      const pods = await anyPods(target, release);
      const problems = pods.flatMap((pod) => {
        const { restartCount = 0, state, lastState } = engineStatus(pod) ?? {};
        const { waiting } = state ?? {};
        const ended = state?.terminated ?? lastState?.terminated;
        const name = pod.metadata.name;
        const stuck = STUCK.test(waiting?.reason ?? "")
          ? [`${name} waits: ${waiting!.reason} ${waiting!.message ?? ""}`.trim()]
          : [];
        if (restartCount === 0 && ended === undefined) return stuck;
        const { exitCode = 0, reason = "no reason" } = ended ?? {};
        if (exitCode === 0 && reason !== "OOMKilled") return stuck;
        const when = ended?.finishedAt === undefined ? "" : ` at ${ended.finishedAt}`;
        return [
          ...stuck,
          `${name} was started again ${restartCount} times, last after exit code ${exitCode} (${reason})${when}`,
        ];
      });
      return judged(problems, `none in ${counted(pods.length, "pod")}`);
    },
  };
}

export function historyCheck(target: Target, release: WantedRelease): Check {
  const { name, plan } = release;
  return {
    name: "history",
    subject: name,
    next: `npm run contract -- history ${plan.name} --namespace ${target.namespace}`,
    run: async () => {
      const deployment = await target.deployment(release);
      const templates = templatesOf(deployment, await target.replicaSets());
      const number = numberOf(deployment);
      const now = templates.find((template) => template.number === number);
      if (now === undefined)
        return fail(`no ReplicaSet of its newest template, number ${number}: its controller may not run`);
      if (now.problem !== undefined) return fail(`ReplicaSet ${now.replicaSet}: ${now.problem}`);
      const unread = templates.filter(({ contract }) => contract === undefined);
      if (unread.length > 0) {
        return fail(`no contract is known of ${unread.map(({ replicaSet }) => replicaSet).join(", ")}`);
      }
      const older = templates.filter((template) => template !== now);
      const before =
        older.length === 0 ? "nothing before" : `before it ${older.map((one) => one.hash ?? "none").join(", ")}`;
      return pass(`number ${number} is ${now.hash}, ${before}`);
    },
  };
}
