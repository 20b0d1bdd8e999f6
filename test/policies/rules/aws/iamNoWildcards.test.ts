import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { iamNoWildcards } from "../../../../policies/rules/aws/iamNoWildcards.js";
import { runPolicies } from "../../../../tools/policyRunner.js";
import { attachment, policy, policyDocument, role } from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

/** What the engine wraps properties in. Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: Statement) => Statement;
  unknownStringValue: string;
};

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
      { Action: "s3:Put*", Resource: "arn:aws:s3:::weights-*" },
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

  it("knows AWS's policies over all secrets, and names in any case", async () => {
    for (const name of ["SecretsManagerReadWrite", "iamfullaccess"]) {
      const arn = `arn:aws-cn:iam::aws:policy/${name}`;
      assert.deepEqual(await messages(iamNoWildcards, attachment(arn)), [wide(arn)]);
    }
  });

  const FAR_REACHING: Array<[does: string, actions: string[], resources?: string[]]> = [
    ["reads every secret", ["secretsmanager:Get*", "SecretsManager:getsecretvalue", "secretsmanager:Get?ecretValue"]],
    ["reads every secret", ["ssm:Get*", "ssm:GetParameter", "ssm:GetParametersByPath", "ssm:GetP*"]],
    [
      "reads every secret",
      ["secretsmanager:GetSecretValue"],
      ["arn:aws:secretsmanager:*:*:secret:*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"],
    ],
    [
      "reads all data",
      ["s3:Get*", "s3:GetObject", "s3:GetObject*"],
      ["*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:*"],
    ],
    [
      "writes over or deletes all data",
      ["s3:PutObject", "s3:DeleteObject"],
      ["*", "arn:aws:s3:::*", "arn:aws:s3:::*/*"],
    ],
    ["decrypts with every key", ["kms:Decrypt", "kms:ReEncryptFrom"], ["*", "arn:aws:kms:*:111122223333:key/*"]],
    ["takes on every role that lets it", ["sts:AssumeRole", "STS:assumerole"], ["*", "arn:aws:iam::*:role/*"]],
    ["hands any role to a service", ["iam:PassRole"], ["*", "arn:aws:iam::111122223333:role/*"]],
    ["can give itself any permission", ["iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:CreatePolicyVersion"]],
  ];
  for (const [does, actions, resources = ["*"]] of FAR_REACHING) {
    it(`refuses ${actions.join(", ")} on ${resources.join(", ")}`, async () => {
      for (const action of actions) {
        for (const Resource of resources) {
          assert.deepEqual(await allowed({ Action: ["ec2:DescribeVpcs", action], Resource: ["*", Resource] }), [
            `policy, statement #0: action "${action}" on every resource ${does}: name the resources, or add a condition that bounds them`,
          ]);
        }
      }
    });
  }

  it("accepts far-reaching actions on what they name", async () => {
    const accepted: Array<[action: string, resource: string]> = [
      ["secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:vllm/*"],
      ["ssm:GetParameter", "arn:aws:ssm:*::parameter/aws/service/*"],
      ["s3:GetObject", "arn:aws:s3:::weights/*"],
      ["s3:Get*", "arn:aws:s3:::key/*"],
      ["sts:AssumeRole", "arn:aws:iam::*:role/deploy-*"],
      ["iam:PassRole", "arn:aws:iam::111122223333:role/nodes"],
      ["kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/3d8f"],
      ["iam:PutRolePolicy", "arn:aws:iam::111122223333:role/eksctl-*"],
    ];
    for (const [Action, Resource] of accepted) assert.deepEqual(await allowed({ Action, Resource }), [], Action);
  });

  const READING = ["ecr:Get*", "ecr:BatchGet*", "cloudwatch:Get*", "kms:Get*", "secretsmanager:List*", "s3:List*"];
  for (const action of [...READING, "ssm:Describe*", "sts:GetCallerIdentity", "iam:CreateServiceLinkedRole"]) {
    it(`accepts ${action} on every resource`, async () => {
      assert.deepEqual(await allowed({ Action: action, Resource: "*" }), []);
    });
  }

  for (const action of ["s3:?*", "s3:*?", "iam:**", "?*"]) {
    it(`takes ${action} for all actions`, async () => {
      assert.deepEqual(await allowed({ Action: action, Resource: "arn:aws:s3:::weights/*" }), [whole(action)]);
    });
  }

  it("does not take an ARN that a preview does not know yet for a wildcard", async () => {
    const document = policyDocument({ Effect: "Allow", Action: ["s3:GetObject"], Resource: unknownStringValue });
    const props = unknownCheckingProxy({ policy: document });
    assert.deepEqual(await messages(iamNoWildcards, resource("aws:iam/policy:Policy", "later", props)), []);
  });

  it("judges attached policies beside one that a preview does not know yet", async () => {
    const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    const props = unknownCheckingProxy({ managedPolicyArns: [unknownStringValue, admin] });
    const inputs = [resource("aws:iam/role:Role", "later", props)];
    const found = await runPolicies(inputs, [iamNoWildcards], {}, []);
    assert.deepEqual(
      found.map(({ message }) => message),
      [wide(admin, "managedPolicyArns")],
    );
  });

  it("reads policies of every provider alike", async () => {
    const bad = policyDocument({ Effect: "Allow", Action: "s3:*", Resource: "*" });
    const text = JSON.stringify(bad);
    const found: Array<[type: string, props: Statement, path: string]> = [
      ["aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy", { inlinePolicy: text }, "inlinePolicy"],
      ["aws-native:iam:ManagedPolicy", { policyDocument: bad }, "policyDocument"],
      ["aws-native:iam:RolePolicy", { policyDocument: text }, "policyDocument"],
      ["aws-native:iam:Role", { policies: [{ policyDocument: bad }] }, "policies[0].policyDocument"],
      ["aws-native:iam:Group", { policies: [{}, { policyDocument: bad }] }, "policies[1].policyDocument"],
      ["aws-native:sso:PermissionSet", { inlinePolicy: bad }, "inlinePolicy"],
      ["kubernetes:iam.services.k8s.aws/v1alpha1:Policy", { spec: { policyDocument: text } }, "spec.policyDocument"],
      [
        "kubernetes:iam.services.k8s.aws/v1alpha1:Role",
        { spec: { inlinePolicies: { a: text } } },
        "spec.inlinePolicies[a]",
      ],
      ...["User", "Group"].map((kind): [string, { [key: string]: Json }, string] => [
        `kubernetes:iam.services.k8s.aws/v1alpha1:${kind}`,
        { spec: { inlinePolicies: { a: text } } },
        "spec.inlinePolicies[a]",
      ]),
      [
        "kubernetes:iam.aws.upbound.io/v1beta1:RolePolicy",
        { spec: { forProvider: { policy: text } } },
        "spec.forProvider.policy",
      ],
      [
        "kubernetes:iam.aws.m.upbound.io/v1beta1:Policy",
        { spec: { forProvider: { policy: text } } },
        "spec.forProvider.policy",
      ],
    ];
    for (const [type, props, path] of found) {
      assert.deepEqual(await messages(iamNoWildcards, resource(type, "any", props)), [
        whole("s3:*").replace("policy", path),
      ]);
    }
    const arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    const attached: Array<[type: string, props: Statement, path: string]> = [
      ["aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", { managedPolicyArn: arn }, "managedPolicyArn"],
      ["aws-native:iam:User", { managedPolicyArns: [arn] }, "managedPolicyArns"],
      ["aws-native:sso:PermissionSet", { managedPolicies: [arn] }, "managedPolicies"],
      ["kubernetes:iam.services.k8s.aws/v1alpha1:Role", { spec: { policies: [arn] } }, "spec.policies"],
      [
        "kubernetes:iam.aws.upbound.io/v1beta1:RolePolicyAttachment",
        { spec: { forProvider: { policyArn: arn } } },
        "spec.forProvider.policyArn",
      ],
    ];
    for (const [type, props, path] of attached) {
      assert.deepEqual(await messages(iamNoWildcards, resource(type, "any", props)), [wide(arn, path)]);
    }
  });
});
