import assert from "node:assert/strict";

import { iamNoWildcards } from "../../../../policies/rules/aws/iamNoWildcards.js";
import { policyDocument, role } from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

type Changes = { [key: string]: Json };

const GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const CLUSTER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.example/id/AB12";
const AUDIENCE = { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" };
const subject = (value: Json) => ({ "token.actions.githubusercontent.com:sub": value });

/** What is found in a role that these may take on. */
function trusted(statement: Changes): Promise<string[]> {
  const assumeRolePolicy = JSON.stringify(policyDocument({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }));
  return messages(iamNoWildcards, role({ assumeRolePolicy }));
}

const everyone = (principal: string) =>
  `assumeRolePolicy, statement #0: ${principal} lets everyone take on the role: ` +
  "name the ones that need it, or add a condition such as aws:PrincipalOrgID";
const everyToken = (provider: string) =>
  `assumeRolePolicy, statement #0: Principal.Federated "${provider}" lets every token of the provider take on the role: ` +
  "add a condition on its subject (…:sub), of a service account or a repository";

describe("iam-no-wildcards, on who may take on a role", () => {
  const OPEN: Array<[principal: Json, message: string]> = [
    ["*", 'Principal "*"'],
    [{ AWS: "*" }, 'Principal.AWS "*"'],
    [{ AWS: ["arn:aws:iam::111122223333:role/ci", "*"] }, 'Principal.AWS "*"'],
    [{ AWS: "arn:aws:iam::*:root" }, 'Principal.AWS "arn:aws:iam::*:root"'],
    [{ Service: "*" }, 'Principal.Service "*"'],
    [{ Federated: "*" }, 'Principal.Federated "*"'],
  ];
  for (const [Principal, message] of OPEN) {
    it(`refuses ${JSON.stringify(Principal)}, unless a condition bounds it`, async () => {
      assert.deepEqual(await trusted({ Principal }), [everyone(message)]);
      const trivial = { Bool: { "aws:SecureTransport": "true" }, StringLike: { "aws:PrincipalArn": "*" } };
      assert.deepEqual(await trusted({ Principal, Condition: trivial }), [everyone(message)]);
      const bound = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
      assert.deepEqual(await trusted({ Principal, Condition: bound }), []);
    });
  }

  it("refuses all but some", async () => {
    assert.deepEqual(await trusted({ NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } }), [
      "assumeRolePolicy, statement #0: NotPrincipal lets everyone else take on the role: " +
        "use Principal, and name the ones that need it",
    ]);
  });

  for (const Principal of [
    { Service: "ec2.amazonaws.com" },
    { Service: ["pods.eks.amazonaws.com", "eks.amazonaws.com"] },
    { AWS: "arn:aws:iam::111122223333:root" },
    { AWS: ["111122223333", "arn:aws:iam::111122223333:role/ci"] },
    { Federated: "arn:aws:iam::111122223333:saml-provider/people" },
    { Federated: "cognito-identity.amazonaws.com" },
  ]) {
    it(`accepts ${JSON.stringify(Principal)}`, async () => {
      assert.deepEqual(await trusted({ Principal }), []);
    });
  }

  it("accepts what denies", async () => {
    assert.deepEqual(await trusted({ Effect: "Deny", Principal: "*" }), []);
  });

  const EVERY_TOKEN: Array<Changes | undefined> = [
    undefined,
    { StringEquals: AUDIENCE },
    { StringLike: subject("*") },
    { StringLike: subject("repo:*") },
    { StringLike: subject("repo:*:ref:refs/heads/main") },
    { StringLike: { ...AUDIENCE, ...subject(["repo:acme/models:*", "repo:*"]) } },
    { StringNotLike: subject("repo:evil/*") },
    { "ForAllValues:StringLike": subject("repo:acme/models:*") },
  ];
  for (const Condition of EVERY_TOKEN) {
    it(`refuses GitHub's tokens under ${JSON.stringify(Condition) ?? "no condition"}`, async () => {
      const found = await trusted({
        Principal: { Federated: GITHUB },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition,
      });
      assert.deepEqual(found, [everyToken(GITHUB)]);
    });
  }

  for (const Condition of [
    { StringEquals: { ...AUDIENCE, ...subject("repo:acme/models:ref:refs/heads/main") } },
    { StringLike: subject("repo:acme/*") },
    { "ForAnyValue:StringLike": subject("repo:acme/models:*") },
    { StringEquals: { "token.actions.githubusercontent.com:repository": "acme/models" } },
  ]) {
    it(`accepts GitHub's tokens under ${JSON.stringify(Condition)}`, async () => {
      assert.deepEqual(await trusted({ Principal: { Federated: GITHUB }, Condition }), []);
    });
  }

  it("asks for the service account of a cluster's tokens", async () => {
    const issuer = CLUSTER.slice(CLUSTER.indexOf("/") + 1);
    const bySubject = (value: Json) => ({
      StringLike: { [`${issuer}:sub`]: value, [`${issuer}:aud`]: "sts.amazonaws.com" },
    });
    const Principal = { Federated: CLUSTER };
    for (const value of ["system:serviceaccount:models:runtime", "system:serviceaccount:models:*"]) {
      assert.deepEqual(await trusted({ Principal, Condition: bySubject(value) }), []);
    }
    for (const value of ["system:serviceaccount:*:*", "system:serviceaccount:*", "system:*"]) {
      assert.deepEqual(await trusted({ Principal, Condition: bySubject(value) }), [everyToken(CLUSTER)]);
    }
  });

  it("reads the trust of every provider's roles, as text and as object", async () => {
    const open = policyDocument({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
    const roles: Array<[type: string, props: Changes, path: string]> = [
      ["aws:iam/role:Role", { assumeRolePolicy: open }, "assumeRolePolicy"],
      ["aws-native:iam:Role", { assumeRolePolicyDocument: open }, "assumeRolePolicyDocument"],
      [
        "kubernetes:iam.services.k8s.aws/v1alpha1:Role",
        { spec: { assumeRolePolicyDocument: JSON.stringify(open) } },
        "spec.assumeRolePolicyDocument",
      ],
      [
        "kubernetes:iam.aws.upbound.io/v1beta1:Role",
        { spec: { forProvider: { assumeRolePolicy: JSON.stringify(open) } } },
        "spec.forProvider.assumeRolePolicy",
      ],
    ];
    for (const [type, props, path] of roles) {
      const found = await messages(iamNoWildcards, resource(type, "any", props));
      assert.deepEqual(found, [everyone('Principal.AWS "*"').replace("assumeRolePolicy", path)]);
    }
  });
});
