import assert from "node:assert/strict";

import { imdsv2 } from "../../../../policies/rules/aws/imdsv2.js";
import {
  componentCluster,
  defaultGroup,
  firstNodeGroup,
  instance,
  launchConfiguration,
  launchTemplate,
  managedNodeGroup,
  nativeNodeGroup,
  nativeTemplate,
  nodeClass,
  nodeGroup,
  selfManagedGroup,
} from "../../awsFixtures.js";
import { messages, resource } from "../../fixtures.js";

const TEMPLATE =
  'launchTemplate is not set, so EKS decides who reaches instance metadata: use one with httpTokens "required" and httpPutResponseHopLimit';

describe("imdsv2", () => {
  it("accepts tokens within one hop, and metadata switched off", async () => {
    const off = { metadataOptions: { httpEndpoint: "disabled" } };
    const accepted = [launchTemplate(), instance(), launchTemplate(off), instance(off), nodeGroup()];
    assert.deepEqual(await messages(imdsv2, accepted), []);
  });

  it("leaves an instance's options to its launch template", async () => {
    const templated = instance({ metadataOptions: undefined, launchTemplate: { id: "lt-1" } });
    assert.deepEqual(await messages(imdsv2, templated), []);
  });

  for (const [kind, make] of Object.entries({
    "a launch template": launchTemplate,
    "a launch configuration": launchConfiguration,
    "an instance": instance,
  })) {
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

  it("judges pulumi-eks' managed group by the launch template that it has or makes", async () => {
    const made = (changes: object) => managedNodeGroup({ launchTemplate: undefined, ...changes });
    const fix = 'use a launchTemplate with httpTokens "required" and httpPutResponseHopLimit';
    const groups = [managedNodeGroup(), made({}), made({ enableIMDSv2: false }), made({ enableIMDSv2: true })];
    const unset = "launchTemplate is not set and enableIMDSv2";
    assert.deepEqual(await messages(imdsv2, groups), [
      `${unset} is not set, so pods may reach instance metadata: ${fix} 1`,
      `${unset} is false, so pods may reach instance metadata: ${fix} 1`,
      `enableIMDSv2 lets tokens travel 2 hops: ${fix} 1`,
    ]);
    assert.deepEqual(await messages(imdsv2, made({ enableIMDSv2: true }), { maxHopLimit: 2 }), []);
  });

  it("leaves components alone that the engine knows without inputs, and a cluster without default group", async () => {
    const empty = ["ManagedNodeGroup", "NodeGroup", "NodeGroupV2", "Cluster"];
    const accepted = empty.map((type) => resource(`eks:index:${type}`, "models", {}));
    assert.deepEqual(await messages(imdsv2, [...accepted, componentCluster()]), []);
  });

  it("refuses self-managed groups of pulumi-eks, which take no such options", async () => {
    const problem =
      "a self-managed group of pulumi-eks takes no metadataOptions, so its image decides who reaches instance metadata: ";
    const fix = 'use ManagedNodeGroup and a launchTemplate with httpTokens "required" and httpPutResponseHopLimit 1';
    assert.deepEqual(await messages(imdsv2, [selfManagedGroup(), firstNodeGroup(), defaultGroup()]), [
      `${problem}${fix}`,
      `${problem}${fix}`,
      `default node group: ${problem}set skipDefaultNodeGroup to true, and ${fix}`,
    ]);
  });

  it("judges options of a self-managed group that states them", async () => {
    const good = { httpTokens: "required", httpPutResponseHopLimit: 1 };
    const groups = [good, { httpTokens: "required" }].map((metadataOptions) => selfManagedGroup({ metadataOptions }));
    assert.deepEqual(await messages(imdsv2, groups), [
      "metadataOptions.httpPutResponseHopLimit is not set: set it to 1",
    ]);
  });

  it("accepts Karpenter's defaults, and refuses what changes them", async () => {
    const options = [undefined, {}, { httpEndpoint: "disabled", httpTokens: "optional" }, { httpTokens: "required" }];
    const accepted = options.map((metadataOptions) => nodeClass({ metadataOptions }));
    assert.deepEqual(await messages(imdsv2, accepted), []);
    const refused = nodeClass({ metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 } });
    assert.deepEqual(await messages(imdsv2, refused), [
      'spec.metadataOptions.httpTokens is "optional": set it to "required"',
      "spec.metadataOptions.httpPutResponseHopLimit is 2: set it to 1",
    ]);
    assert.deepEqual(
      await messages(imdsv2, nodeClass({ metadataOptions: { httpPutResponseHopLimit: 2 } }), { maxHopLimit: 2 }),
      [],
    );
  });

  it("judges AWS Native's resources, and spot requests, alike", async () => {
    const unset = { metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 } };
    const refused = [
      nativeTemplate(unset),
      resource("aws-native:autoscaling:LaunchConfiguration", "a", unset),
      resource("aws-native:ec2:Instance", "b", unset),
      resource("aws:ec2/spotInstanceRequest:SpotInstanceRequest", "c", unset),
    ];
    const message = 'metadataOptions.httpTokens is "optional": set it to "required"';
    assert.deepEqual(await messages(imdsv2, [nativeTemplate(), nativeNodeGroup(), ...refused]), [
      `launchTemplateData.${message}`,
      message,
      message,
      message,
    ]);
    assert.deepEqual(await messages(imdsv2, nativeNodeGroup({ launchTemplate: undefined })), [`${TEMPLATE} 1`]);
  });

  it("knows that tokens of Karpenter's first classes travel two hops", async () => {
    const beta = { ...nodeClass(), type: "kubernetes:karpenter.k8s.aws/v1beta1:EC2NodeClass" };
    assert.deepEqual(await messages(imdsv2, [nodeClass(), beta]), [
      "spec.metadataOptions.httpPutResponseHopLimit is not set: set it to 1",
    ]);
    assert.deepEqual(await messages(imdsv2, beta, { maxHopLimit: 2 }), []);
  });
});
