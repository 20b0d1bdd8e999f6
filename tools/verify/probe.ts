/** A Job outside of the models' access: it tries to connect to their pods, and has to fail. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTAINER_SECURITY, podSecurity } from "../../components/engine/security.js";
import { HTTP_PORT } from "../../components/vocabulary/ports.js";
import { SPEC_ENV } from "../../components/vocabulary/paths.js";
import { lastLine, runJob } from "../cluster/runJob.js";
import { Failure } from "../failure.js";
import type { KubernetesObject } from "../local/client.js";
import { Skip } from "./check.js";
import { isReady, type Pod } from "./objects.js";
import type { Target } from "./target.js";
import type { WantedRelease } from "./wanted.js";

/** What each connection came to, by pod. */
type Found = Readonly<Record<string, string>>;

/** That a connection is tried for. A NetworkPolicy drops what it does not let through, so that nothing answers. */
const CONNECT_SECONDS = 3;
/** After which the cluster removes a Job that nobody has removed. */
const TTL_SECONDS = 300;

/** One Job for all releases. */
export class Probe {
  private found: Promise<Found> | undefined;

  constructor(
    private readonly target: Target,
    private readonly releases: readonly WantedRelease[],
    private readonly options: { namespace: string; seconds: number; signal: AbortSignal; pollMs?: number },
  ) {}

  /** Where it runs, and the longest that it takes. */
  get namespace(): string {
    return this.options.namespace;
  }

  /** What a connection to a pod came to: `open`, or why there is none. @throws Skip where nothing is proven */
  async outcome(pod: Pod): Promise<string> {
    this.found ??= this.run();
    return (await this.found)[pod.metadata.name] ?? "not tried";
  }

  /** Returns once nothing of it is left in the cluster. */
  async ended(): Promise<void> {
    await this.found?.catch(() => undefined);
  }

  private async run(): Promise<Found> {
    const pods = await Promise.all(
      this.releases.map(async (release) => (await this.target.pods(release)).filter(isReady)),
    );
    const aimed = pods.flatMap(([first]) => (first?.status?.podIP === undefined ? [] : [first]));
    const [host] = aimed;
    if (host === undefined) throw new Skip("no pod is Ready: see rollout");
    const { seconds, signal, namespace, pollMs } = this.options;
    const addresses = Object.fromEntries(
      aimed.map(({ metadata, status }) => [metadata.name, [status!.podIP!, HTTP_PORT]]),
    );
    const job = probeJob(this.target.wanted.stack, namespace, host, { addresses, seconds: CONNECT_SECONDS }, seconds);
    const log = await runJob(this.target.cluster, job, { seconds, signal, ...(pollMs !== undefined && { pollMs }) });
    const { control, found } = wordsOf(lastLine(log));
    if (control === "open") return found;
    throw new Skip(
      `proves nothing: the probe could not even reach the API server (${control}), since namespace ${namespace} lets nothing out; name another by --probe-namespace`,
    );
  }
}

function wordsOf(line: string): { control: string; found: Found } {
  try {
    const { control, found } = JSON.parse(line) as { control?: unknown; found?: Record<string, unknown> };
    const entries = Object.entries(found ?? {}).map(([name, word]) => [name, String(word)]);
    return { control: String(control), found: Object.fromEntries(entries) as Found };
  } catch {
    throw new Failure(`the probe said ${JSON.stringify(line)} in place of what it found`);
  }
}

/** On the node of a pod, with its image, which is there already; without its labels, which let it in. */
export function probeJob(
  stack: string,
  namespace: string,
  { spec: { nodeName, tolerations = [], containers } }: Pod,
  spec: { addresses: object; seconds: number },
  seconds: number,
): KubernetesObject {
  const onNode = { matchFields: [{ key: "metadata.name", operator: "In", values: [nodeName] }] };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${stack.toLowerCase().replace(/[^a-z0-9]+/g, "-")}-verify`.slice(-40).replace(/^-+/, ""),
      namespace,
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(seconds),
      ttlSecondsAfterFinished: TTL_SECONDS,
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          tolerations,
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [onNode] } },
          },
          securityContext: podSecurity(),
          containers: [
            {
              name: "probe",
              image: containers[0]!.image,
              imagePullPolicy: "IfNotPresent",
              command: ["python3", "-c", readFileSync(join(__dirname, "probe.py"), "utf8")],
              env: [{ name: SPEC_ENV, value: JSON.stringify(spec) }],
              resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
              securityContext: CONTAINER_SECURITY,
            },
          ],
        },
      },
    },
  };
}
