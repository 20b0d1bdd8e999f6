import assert from "node:assert/strict";

import { iamNoWildcards } from "../../../../policies/rules/aws/iamNoWildcards.js";
import { attachment, policy, policyDocument, role } from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

type Statement = { [key: string]: Json };

const whole = (action: string) =>
  `policy, statement #0: action "${action}" allows all actions, also those to come: name the ones needed`;
const unbounded = (action: string) =>
  `policy, statement #0: action "${action}" on every resource: name the actions or the resources, or add a condition`;
const wide = (arn: string, property = "policyArn") =>
  `${property} "${arn}" allows whole services: attach a policy of the actions needed`;

/** What is found in a policy that allows this. */
function allowed(statement: Statement): Promise<string[]> {
  return messages(iamNoWildcards, policy(JSON.stringify(policyDocument({ Effect: "Allow", ...statement }))));
}

describe("iam-no-wildcards", () => {
  it("accepts named actions on every resource, and some actions of one resource", async () => {
    const accepted: Statement[] = [
      { Action: "ecr:GetAuthorizationToken", Resource: "*" },
      { Action: ["ec2:CreateVolume", "ec2:CreateTags"], Resource: ["*"] },
      { Action: "s3:*Object*", Resource: "arn:aws:s3:::weights/*" },
      { Action: "s3:Put*", Resource: "arn:aws:s3:::*" },
    ];
    for (const statement of accepted) assert.deepEqual(await allowed(statement), []);
  });

  it("accepts wildcards that a condition bounds", async () => {
    const Condition = { StringEquals: { "aws:ResourceTag/project": "models" } };
    assert.deepEqual(await allowed({ Action: "ec2:*Tags*", Resource: "*", Condition }), []);
  });

  for (const action of ["ec2:Describe*", "s3:List*", "iam:Get*", "ec2:describe*", "eks:ListNode?roups"]) {
    it(`accepts ${action}, which reads`, async () => {
      assert.deepEqual(await allowed({ Action: action, Resource: "*" }), []);
    });
  }

  it("accepts what is denied", async () => {
    const denied = { Effect: "Deny", NotAction: "iam:*", Resource: "*" };
    assert.deepEqual(await allowed({ ...denied, Condition: {} }), []);
    assert.deepEqual(await allowed({ Effect: "Deny", Action: "*", Resource: "*" }), []);
  });

  for (const action of ["*", "*:*", "s3:*", "s3:**"]) {
    it(`refuses ${action} on any resource, under any condition`, async () => {
      const Condition = { Bool: { "aws:SecureTransport": "true" } };
      for (const Resource of ["*", "arn:aws:s3:::weights/*"]) {
        assert.deepEqual(await allowed({ Action: action, Resource, Condition }), [whole(action)]);
      }
    });
  }

  for (const action of ["ec2:*Tags*", "ec2:Create*", "ec2:*Describe", "ec2:De*", "s3:?etObject"]) {
    it(`refuses ${action} on every resource`, async () => {
      for (const Resource of ["*", ["arn:aws:s3:::weights", "*"], "arn:aws:*:*:*:*", "arn:*"]) {
        assert.deepEqual(await allowed({ Action: ["ec2:RunInstances", action], Resource }), [unbounded(action)]);
      }
      assert.deepEqual(await allowed({ Action: action, Resource: "*", Condition: {} }), [unbounded(action)]);
    });
  }

  it("refuses what is allowed by exception", async () => {
    assert.deepEqual(await allowed({ NotAction: "iam:*", Resource: "arn:aws:s3:::weights" }), [
      "policy, statement #0: NotAction allows everything that it does not name: use Action",
    ]);
    assert.deepEqual(await allowed({ Action: "s3:GetObject", NotResource: "arn:aws:s3:::private/*" }), [
      "policy, statement #0: NotResource allows everything that it does not name: use Resource",
    ]);
  });

  it("names each statement by its Sid or place", async () => {
    const allow = { Effect: "Allow", Action: "*", Resource: "*" };
    const document = policyDocument({ ...allow, Effect: "Deny" }, allow, { ...allow, Sid: "Everything" });
    assert.deepEqual(await messages(iamNoWildcards, policy(JSON.stringify(document))), [
      whole("*").replace("#0", "#1"),
      whole("*").replace("#0", '"Everything"'),
    ]);
  });

  it("reads documents of any resource, as text or object, with one statement or several", async () => {
    const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    const documents = [policyDocument(statement), { Statement: statement }];
    const types = ["policy:Policy", "rolePolicy:RolePolicy", "userPolicy:UserPolicy", "groupPolicy:GroupPolicy"];
    for (const type of types) {
      for (const document of documents.flatMap((object): Json[] => [object, JSON.stringify(object)])) {
        const found = await messages(iamNoWildcards, resource(`aws:iam/${type}`, "any", { policy: document }));
        assert.deepEqual(found, [whole("s3:*")]);
      }
    }
    const inlinePolicies = [{}, { name: "all", policy: JSON.stringify(documents[0]) }];
    assert.deepEqual(await messages(iamNoWildcards, role({ inlinePolicies })), [
      whole("s3:*").replace("policy,", "inlinePolicies[1].policy,"),
    ]);
  });

  for (const document of ["", "{", "null", "3", '["*"]', '{"Statement":"*"}', null, 3, ["*"], { Statement: [null] }]) {
    it(`ignores ${JSON.stringify(document)}, which is no document`, async () => {
      assert.deepEqual(await messages(iamNoWildcards, policy(document)), []);
    });
  }

  it("accepts AWS's narrow policies, and an account's own of any name", async () => {
    for (const arn of [
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
      "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
      "arn:aws:iam::111122223333:policy/WeightsFullAccess",
    ]) {
      assert.deepEqual(await messages(iamNoWildcards, attachment(arn)), []);
    }
  });

  for (const name of [
    "AdministratorAccess",
    "AdministratorAccess-Amplify",
    "PowerUserAccess",
    "AmazonS3FullAccess",
    "AWSLambda_FullAccess",
    "AmazonDynamoDBFullAccess_v2",
    "job-function/ExampleFullAccess",
  ]) {
    it(`refuses ${name}, however it is attached`, async () => {
      const arn = `arn:aws:iam::aws:policy/${name}`;
      for (const kind of ["policy", "rolePolicy", "userPolicy", "groupPolicy"]) {
        const type = `aws:iam/${kind}Attachment:${kind[0]?.toUpperCase()}${kind.slice(1)}Attachment`;
        assert.deepEqual(await messages(iamNoWildcards, resource(type, "any", { policyArn: arn })), [wide(arn)]);
      }
      for (const kind of ["role", "user", "group"]) {
        const kinds = `${kind[0]?.toUpperCase()}${kind.slice(1)}PolicyAttachmentsExclusive`;
        const type = `aws:iam/${kind}PolicyAttachmentsExclusive:${kinds}`;
        const found = await messages(iamNoWildcards, resource(type, "any", { policyArns: [arn] }));
        assert.deepEqual(found, [wide(arn, "policyArns")]);
      }
      const found = await messages(iamNoWildcards, role({ managedPolicyArns: [arn] }));
      assert.deepEqual(found, [wide(arn, "managedPolicyArns")]);
    });
  }

  it("knows AWS's policies in every partition", async () => {
    const arn = "arn:aws-us-gov:iam::aws:policy/AdministratorAccess";
    assert.deepEqual(await messages(iamNoWildcards, attachment(arn)), [wide(arn)]);
  });
});
