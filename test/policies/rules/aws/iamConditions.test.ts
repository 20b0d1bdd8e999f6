import assert from "node:assert/strict";

import { iamNoWildcards } from "../../../../policies/rules/aws/iamNoWildcards.js";
import { policy, policyDocument } from "../../awsFixtures.js";
import { type Json, messages } from "../../fixtures.js";

type Statement = { [key: string]: Json };

/** What is found in a policy that allows this. */
function allowed(statement: Statement): Promise<string[]> {
  return messages(iamNoWildcards, policy(policyDocument({ Effect: "Allow", ...statement })));
}

const UNBOUNDED =
  'policy, statement #0: action "iam:Create*" on every resource: name the actions or the resources, or add a condition';

describe("iam-no-wildcards, on conditions", () => {
  const TRIVIAL: Statement[] = [
    { Bool: { "aws:SecureTransport": "true" } },
    { Bool: { "aws:securetransport": true } },
    { Bool: { "aws:ViaAWSService": "false" } },
    { StringLike: { "aws:PrincipalArn": "*" } },
    { StringLike: { "aws:ResourceTag/project": ["models", "*"] } },
    { StringLike: { "aws:RequestedRegion": "?*" } },
    { "ForAnyValue:StringLike": { "aws:TagKeys": "*" } },
    { ArnLike: { "aws:PrincipalArn": "arn:aws:*:*:*:*" } },
    { ArnEquals: { "aws:SourceArn": "arn:*" } },
    { StringNotEquals: { "aws:RequestedRegion": "us-east-1" } },
    { NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
    { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } },
    { NumericGreaterThan: { "aws:MultiFactorAuthAge": "0" } },
    { NumericLessThan: { "aws:MultiFactorAuthAge": 99999999999 } },
    { DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } },
    { DateLessThan: { "aws:CurrentTime": "2099-01-01T00:00:00Z" } },
    { Null: { "aws:ResourceTag/project": "true" } },
    { "ForAllValues:StringEquals": { "aws:TagKeys": ["project"] } },
    { StringEqualsIfExists: { "aws:ResourceTag/project": "models" } },
    { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
    { StringLike: { "aws:UserAgent": "aws-cli*" } },
    { Bool: { "aws:SecureTransport": "true" }, StringLike: { "aws:userid": "*" } },
  ];
  for (const Condition of TRIVIAL) {
    it(`is not content with ${JSON.stringify(Condition)}`, async () => {
      assert.deepEqual(await allowed({ Action: "iam:Create*", Resource: "*", Condition }), [UNBOUNDED]);
      assert.equal((await allowed({ Action: "sts:AssumeRole", Resource: "*", Condition })).length, 1);
    });
  }

  const BOUNDS: Statement[] = [
    { StringEquals: { "aws:ResourceTag/project": "models" } },
    { StringLike: { "aws:ResourceTag/project": "models-*" } },
    { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
    { StringEquals: { "aws:RequestedRegion": "eu-west-1" } },
    { StringEquals: { "aws:ResourceOrgID": "o-1" } },
    { StringEqualsIfExists: { "ec2:InstanceType": ["g6.xlarge"] } },
    { Null: { "aws:ResourceTag/elbv2.k8s.aws/cluster": "false" } },
    { Bool: { "kms:GrantIsForAWSResource": true } },
    { Bool: { "aws:MultiFactorAuthPresent": "true" } },
    { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
    { ArnLike: { "iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/*" } },
    { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } },
    { Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:ResourceTag/a": "b" } },
  ];
  for (const Condition of BOUNDS) {
    it(`is content with ${JSON.stringify(Condition)}`, async () => {
      for (const action of ["iam:Create*", "iam:PassRole", "secretsmanager:Get*"]) {
        assert.deepEqual(await allowed({ Action: action, Resource: "*", Condition }), []);
      }
    });
  }
});
