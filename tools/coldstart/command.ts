/** `coldstart`: how the starts of a model's replicas divide into parts. */
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import type { Outcome } from "../commandLine.js";
import { EXIT, Failure } from "../failure.js";
import { Cluster } from "../local/client.js";
import { evidenceOf, podsOf, type Asked } from "./gather.js";
import { podStart } from "./podStart.js";
import { startsText } from "./text.js";

/** Options of the command line. */
export interface ColdstartOptions extends ClusterOptions {
  stack?: string;
  namespace?: string;
  /** How many pods to show, the newest first. */
  pods: number;
  json: boolean;
}

/** Around the command. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  width: number;
  now: number;
}

/** @throws Failure when the model has no pods there, or pods may not be read */
export async function coldstart(model: string, options: ColdstartOptions, around: Surroundings): Promise<Outcome> {
  const cluster = new Cluster(kubeconfigOf(options, around.env), options.context);
  try {
    const { stack, namespace } = options;
    const asked: Asked = {
      model,
      ...(stack !== undefined && { stack }),
      ...(namespace !== undefined && { namespace }),
    };
    const pods = await podsOf(cluster, asked);
    if (pods.length === 0) throw new Failure(nothing(asked, cluster));
    const shown = pods.slice(0, options.pods);
    const starts = await Promise.all(
      shown.map(async (pod) => podStart(pod, await evidenceOf(cluster, pod), around.now)),
    );
    if (options.json) return { text: JSON.stringify(starts, null, 2), exitCode: EXIT.fine };
    const more = pods.length - shown.length;
    const rest = more === 0 ? "" : `\n\n${more} older not shown: --pods ${pods.length} shows all`;
    return { text: startsText(starts, around.width) + rest, exitCode: EXIT.fine };
  } finally {
    cluster.close();
  }
}

function nothing({ model, stack, namespace }: Asked, { server }: Cluster): string {
  const where = namespace === undefined ? "any namespace" : `namespace ${namespace}`;
  const ofStack = stack === undefined ? "" : ` of stack ${stack}`;
  return `${server} has no pod of model ${JSON.stringify(model)}${ofStack} in ${where}: it may have no replica, or another context has it (--context)`;
}
