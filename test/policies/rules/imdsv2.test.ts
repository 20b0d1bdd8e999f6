import assert from "node:assert/strict";

import { imdsv2 } from "../../../policies/rules/imdsv2.js";
import { instance, launchTemplate, managedNodeGroup, nodeGroup } from "../awsFixtures.js";
import { messages } from "../fixtures.js";

const TEMPLATE =
  'launchTemplate is not set, so EKS decides who reaches instance metadata: use one with httpTokens "required" and httpPutResponseHopLimit';

describe("imdsv2", () => {
  it("accepts tokens within one hop, and metadata switched off", async () => {
    const off = { metadataOptions: { httpEndpoint: "disabled" } };
    const accepted = [launchTemplate(), instance(), launchTemplate(off), instance(off), nodeGroup()];
    assert.deepEqual(await messages(imdsv2, accepted), []);
  });

  it("leaves an instance's options to its launch template, and a component's to the group in it", async () => {
    const templated = instance({ metadataOptions: undefined, launchTemplate: { id: "lt-1" } });
    assert.deepEqual(await messages(imdsv2, [templated, managedNodeGroup({ launchTemplate: undefined })]), []);
  });

  for (const [kind, make] of Object.entries({ "a launch template": launchTemplate, "an instance": instance })) {
    it(`refuses ${kind} without options`, async () => {
      assert.deepEqual(await messages(imdsv2, make({ metadataOptions: undefined })), [
        'metadataOptions.httpTokens is not set: set it to "required"',
        "metadataOptions.httpPutResponseHopLimit is not set: set it to 1",
      ]);
    });

    it(`refuses ${kind} with optional tokens`, async () => {
      const metadataOptions = { httpTokens: "optional", httpPutResponseHopLimit: 1 };
      assert.deepEqual(await messages(imdsv2, make({ metadataOptions })), [
        'metadataOptions.httpTokens is "optional": set it to "required"',
      ]);
    });

    it(`refuses ${kind} whose tokens reach pods`, async () => {
      const metadataOptions = { httpTokens: "required", httpPutResponseHopLimit: 2 };
      assert.deepEqual(await messages(imdsv2, make({ metadataOptions })), [
        "metadataOptions.httpPutResponseHopLimit is 2: set it to 1",
      ]);
    });
  }

  it("refuses a node group without a launch template", async () => {
    for (const launchTemplate of [undefined, {}]) {
      assert.deepEqual(await messages(imdsv2, nodeGroup({ launchTemplate })), [`${TEMPLATE} 1`]);
    }
  });

  it("takes the hop limit from its setting", async () => {
    const options = [{ httpPutResponseHopLimit: 2 }, {}, { httpPutResponseHopLimit: 3 }];
    const templates = options.map((hops) => launchTemplate({ metadataOptions: { httpTokens: "required", ...hops } }));
    const group = nodeGroup({ launchTemplate: undefined });
    assert.deepEqual(await messages(imdsv2, [...templates, group], { maxHopLimit: 2 }), [
      "metadataOptions.httpPutResponseHopLimit is 3: set it to 2",
      `${TEMPLATE} 2`,
    ]);
  });
});
