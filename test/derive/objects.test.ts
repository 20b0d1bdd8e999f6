import assert from "node:assert/strict";

import { contractHash, contractText } from "../../components/contract/contract.js";
import { contractAnnotations, runtimeLabels, runtimeName, runtimeSelector } from "../../components/derive/objects.js";
import { GPU_TYPES } from "../../components/facts/gpus.js";
import { TRAFFIC_CLASSES } from "../../components/vocabulary/traffic.js";
import { RELEASE_NAME } from "../../components/contract/route.js";
import { MODEL_NAME } from "../../components/contract/schema.js";
import { contract } from "../contract/fixtures.js";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const DNS_LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The longest names that the schema takes. */
const LONGEST = { name: `a${"-".repeat(38)}b`, release: "r".repeat(12) };

describe("names and labels", () => {
  it("name a release's objects after model and release", () => assert.equal(runtimeName(contract()), "chat-r1"));

  it("select the pods of one release", () => {
    assert.deepEqual(runtimeSelector(contract()), {
      "app.kubernetes.io/name": "vllm",
      "app.kubernetes.io/instance": "chat",
      "app.kubernetes.io/component": "runtime",
      "pulumi-vllm.dev/release": "r1",
    });
  });

  it("say stack, revision, class and GPU besides", () => {
    assert.deepEqual(runtimeLabels(contract(), "staging"), {
      ...runtimeSelector(contract()),
      "app.kubernetes.io/part-of": "staging",
      "app.kubernetes.io/managed-by": "pulumi",
      "pulumi-vllm.dev/revision": "b968826d9c46dd6066d109eabc6255188de91218",
      "pulumi-vllm.dev/class": "interactive",
      "pulumi-vllm.dev/gpu": "l4",
    });
  });

  it("are legal for Kubernetes with the longest names, every class and every GPU", () => {
    assert.match(LONGEST.name, MODEL_NAME);
    assert.match(LONGEST.release, RELEASE_NAME);
    assert.equal(runtimeName(LONGEST).length, 53);
    assert.match(runtimeName(LONGEST), DNS_LABEL);
    for (const type of GPU_TYPES) {
      for (const trafficClass of TRAFFIC_CLASSES) {
        const chat = contract();
        const labels = runtimeLabels(
          { ...chat, ...LONGEST, class: trafficClass, gpu: { ...chat.gpu, type } },
          "production",
        );
        for (const [key, value] of Object.entries(labels)) {
          assert.match(key, LABEL_KEY);
          assert.match(value, LABEL_VALUE);
        }
      }
    }
  });

  it("leave ten characters for what a controller adds to a name", () => {
    assert.ok(runtimeName(LONGEST).length + "-7c9d8f6b5".length <= 63);
  });

  it("carry the contract and its hash as annotations", () => {
    assert.deepEqual(contractAnnotations(contract()), {
      "pulumi-vllm.dev/contract": contractText(contract().contract),
      "pulumi-vllm.dev/contract-hash": contractHash(contract().contract),
    });
  });
});
