import assert from "node:assert/strict";

import { parse, parseAllDocuments } from "yaml";

import { stagesText } from "../../../tools/local/stages.js";
import { folderWith, removeFolders } from "../folders.js";

interface Stage {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    resourceRef: { apiGroup: string; kind: string };
    selector: { matchExpressions: { key: string; operator: string; values?: string[] }[] };
    delay?: unknown;
    next: { statusTemplate: string };
  };
}

/** The files that are read of KWOK's module. */
const OWN = {
  "kustomize/stage/node/fast/node-initialize.yaml": "node-initialize",
  "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml": "node-heartbeat-with-lease",
  "kustomize/stage/pod/fast/pod-complete.yaml": "pod-complete",
  "kustomize/stage/pod/fast/pod-delete.yaml": "pod-delete",
};

function moduleFolder(): string {
  const stage = (name: string) =>
    `apiVersion: kwok.x-k8s.io/v1alpha1\nkind: Stage\nmetadata:\n  name: ${name}\nspec:\n  next: {}\n`;
  return folderWith(Object.fromEntries(Object.entries(OWN).map(([file, name]) => [file, stage(name)])));
}

function stages(): Stage[] {
  return parseAllDocuments(stagesText(moduleFolder())).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as Stage;
  });
}

function stageOf(name: string): Stage {
  return stages().find(({ metadata }) => metadata.name === name)!;
}

/** What a template says when its loops run once and every value is `x`. */
function rendered(template: string): Record<string, unknown> {
  const lines = template.split("\n").filter((line) => !/^\{\{ (range|with|end)\b.*\}\}$/.test(line));
  return parse(lines.join("\n").replace(/\{\{ .*? \}\}/g, '"x"')) as Record<string, unknown>;
}

describe("stagesText", () => {
  after(removeFolders);

  it("is KWOK's own stages of nodes and Jobs, then ours of pods, a document each", () => {
    assert.deepEqual(
      stages().map(({ apiVersion, kind, metadata: { name } }) => [apiVersion, kind, name]),
      [...Object.values(OWN), "pod-start", "pod-load"].map((name) => ["kwok.x-k8s.io/v1alpha1", "Stage", name]),
    );
  });

  it("says which file KWOK's module has not", () => {
    assert.throws(() => stagesText(folderWith()), /ENOENT.*node-initialize\.yaml/);
  });

  it("starts a pod that is scheduled and not on its way out, and does not call it ready", () => {
    const { spec } = stageOf("pod-start");
    assert.deepEqual(spec.resourceRef, { apiGroup: "v1", kind: "Pod" });
    assert.deepEqual(spec.selector.matchExpressions, [
      { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
      { key: ".status.phase", operator: "In", values: ["Pending"] },
    ]);
    assert.equal(spec.delay, undefined);
    const status = rendered(spec.next.statusTemplate);
    assert.deepEqual(status, {
      conditions: [
        { type: "Initialized", status: "True", lastTransitionTime: "x" },
        { type: "ContainersReady", status: "False", lastTransitionTime: "x" },
        { type: "Ready", status: "False", lastTransitionTime: "x" },
      ],
      containerStatuses: [
        {
          image: "x",
          name: "x",
          ready: false,
          started: false,
          restartCount: 0,
          state: { running: { startedAt: "x" } },
        },
      ],
      hostIP: "x",
      hostIPs: [{ ip: "x" }],
      podIP: "x",
      podIPs: [{ ip: "x" }],
      phase: "Running",
      startTime: "x",
    });
  });

  it("has a pod load for as long as its annotation says, and for ever when that is never", () => {
    const { spec } = stageOf("pod-load");
    assert.deepEqual(spec.selector.matchExpressions, [
      { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
      { key: ".status.phase", operator: "In", values: ["Running"] },
      { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: "In", values: ["False"] },
      { key: ".metadata.ownerReferences.[].kind", operator: "NotIn", values: ["Job"] },
      { key: '.metadata.annotations["pulumi-vllm.dev/simulated-load"]', operator: "NotIn", values: ["never"] },
    ]);
    assert.deepEqual(spec.delay, {
      durationMilliseconds: 0,
      durationFrom: { expressionFrom: '.metadata.annotations["pulumi-vllm.dev/simulated-load"]' },
    });
  });

  it("makes a pod that has loaded ready, and nothing else of it new", () => {
    assert.deepEqual(rendered(stageOf("pod-load").spec.next.statusTemplate), {
      conditions: [
        { type: "ContainersReady", status: "True", lastTransitionTime: "x" },
        { type: "Ready", status: "True", lastTransitionTime: "x" },
      ],
      containerStatuses: [
        { image: "x", name: "x", ready: true, started: true, restartCount: 0, state: { running: { startedAt: "x" } } },
      ],
    });
  });
});
