import assert from "node:assert/strict";

import type { RuntimePlan } from "../../../components/derive/plan.js";
import { contractHash, contractText } from "../../../components/contract/contract.js";
import { deploymentSpec } from "../../../components/serving/workload/deployment.js";
import { serverPod } from "../../../components/serving/workload/serverPod.js";
import { type Config, CONTEXT, contractOf, RUNTIME_LABELS, SELECTOR } from "../fixtures.js";

const deploymentOf = (contract: RuntimePlan) =>
  deploymentSpec(contract, { ...CONTEXT, namespace: "models", partOf: "test" });
const scaled = (autoscaling: Config) => contractOf({}, { autoscaling });

describe("deploymentSpec", () => {
  it("makes the whole Deployment from the contract", () => {
    const contract = contractOf();
    assert.deepEqual(deploymentOf(contract), {
      metadata: {
        name: "chat-r1",
        namespace: "models",
        labels: RUNTIME_LABELS,
        annotations: {
          "pulumi-vllm.dev/contract": contractText(contract.contract),
          "pulumi-vllm.dev/contract-hash": contractHash(contract.contract),
        },
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: SELECTOR },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        minReadySeconds: 10,
        progressDeadlineSeconds: 1360,
        revisionHistoryLimit: 5,
        template: { metadata: { labels: RUNTIME_LABELS }, spec: serverPod(contract, CONTEXT) },
      },
    });
  });

  it("states replicas when they are fixed", () => {
    assert.equal((deploymentOf(scaled({ min: 3, max: 3 })).spec as { replicas: number }).replicas, 3);
  });

  it("leaves replicas to the autoscaler when they vary", () => {
    assert.ok(!("replicas" in (deploymentOf(scaled({ min: 1, max: 3 })).spec as object)));
  });

  it("waits longer for progress than a model may take to load", () => {
    const deadline = (startupSeconds: number): unknown =>
      (deploymentOf(contractOf({ startupSeconds })).spec as { progressDeadlineSeconds: number })
        .progressDeadlineSeconds;
    assert.equal(deadline(60), 960);
    assert.equal(deadline(7200), 8100);
  });

  it("leaves the pods alone when only a flag's reason changes", () => {
    const flags = (reason: string) => ({ flags: { "enable-prefix-caching": { value: true, reason } } });
    const [before, after] = ["one", "another"].map((reason) => deploymentOf(contractOf(flags(reason))));
    assert.deepEqual(after!.spec, before!.spec);
    assert.notDeepEqual(after!.metadata, before!.metadata);
  });

  it("keeps the contract when only the scaling bounds change", () => {
    const [one, many] = [scaled({ min: 2, max: 2 }), scaled({ min: 5, max: 5 })].map(deploymentOf);
    assert.deepEqual(one!.metadata, many!.metadata);
  });

  it("keeps labels within what Kubernetes allows for the longest names", () => {
    for (const value of Object.values(RUNTIME_LABELS)) assert.match(value, /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/);
  });
});
