/**
 * How simulated nodes and pods behave, as KWOK's Stages (https://kwok.sigs.k8s.io/docs/user/stages-configuration/).
 *
 * A pod runs once it is scheduled, and becomes ready after the load time in its annotation.
 * Nodes and Jobs use KWOK's own stages.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { SIMULATED_LOAD } from "./simulation.js";

/** Files of KWOK's module, in its folder `kustomize/stage`. */
const OWN_STAGES = [
  "node/fast/node-initialize.yaml",
  "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
  "pod/fast/pod-complete.yaml",
  "pod/fast/pod-delete.yaml",
];

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const LIVES = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };

function podStage(name: string, expressions: object[], statusTemplate: string, delay?: object): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: "v1", kind: "Pod" },
      selector: { matchExpressions: [LIVES, ...expressions] },
      ...(delay !== undefined && { delay }),
      next: { statusTemplate },
    },
  };
}

function conditions(entries: Readonly<Record<string, string>>): string {
  const items = Object.entries(entries).map(
    ([type, status]) => `- lastTransitionTime: {{ Now | Quote }}\n  status: ${JSON.stringify(status)}\n  type: ${type}`,
  );
  return `conditions:\n${items.join("\n")}\n`;
}

function containers(ready: boolean): string {
  return `containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: ${ready}
  started: ${ready}
  restartCount: 0
  state:
    running:
      startedAt: {{ Now | Quote }}
{{ end }}
`;
}

const ADDRESSES = `{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`;

const POD_STAGES = [
  podStage(
    "pod-start",
    [{ key: ".status.phase", operator: "In", values: ["Pending"] }],
    conditions({ Initialized: "True", ContainersReady: "False", Ready: "False" }) +
      containers(false) +
      ADDRESSES +
      "phase: Running\nstartTime: {{ Now | Quote }}\n",
  ),
  podStage(
    "pod-load",
    [
      { key: ".status.phase", operator: "In", values: ["Running"] },
      { key: READY, operator: "In", values: ["False"] },
      { key: ".metadata.ownerReferences.[].kind", operator: "NotIn", values: ["Job"] },
      {
        key: `.metadata.annotations["${SIMULATED_LOAD.annotation}"]`,
        operator: "NotIn",
        values: [SIMULATED_LOAD.never],
      },
    ],
    conditions({ ContainersReady: "True", Ready: "True" }) + containers(true),
    {
      durationMilliseconds: 0,
      durationFrom: { expressionFrom: `.metadata.annotations["${SIMULATED_LOAD.annotation}"]` },
    },
  ),
];

/** The configuration file of KWOK. @param module folder of KWOK's module */
export function stagesText(module: string): string {
  const own = OWN_STAGES.map((file) => readFileSync(join(module, "kustomize", "stage", file), "utf8"));
  return [...own, ...POD_STAGES.map((stage) => stringify(stage, { lineWidth: 0 }))].join("\n---\n");
}
