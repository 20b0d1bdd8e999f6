import assert from "node:assert/strict";

import fc from "fast-check";

import { isEveryOfKind, isEveryResource, matches } from "../../../policies/aws/patterns.js";

describe("patterns of IAM", () => {
  const CASES: Array<[pattern: string, text: string, isMatch: boolean]> = [
    ["s3:Get*", "s3:GetObject", true],
    ["S3:get*", "s3:GetObject", true],
    ["s3:*Object", "s3:GetObject", true],
    ["s3:*Object*", "s3:GetObjectVersion", true],
    ["s3:?etObject", "s3:GetObject", true],
    ["s3:GetObject?", "s3:GetObject", false],
    ["s3:GetObject*", "s3:GetObject", true],
    ["s3:Put*", "s3:GetObject", false],
    ["*", "s3:GetObject", true],
    ["", "s3:GetObject", false],
    ["s3.*", "s3:GetObject", false],
  ];
  for (const [pattern, text, isMatch] of CASES) {
    it(`${pattern} ${isMatch ? "matches" : "does not match"} ${text}`, () => {
      assert.equal(matches(pattern, text), isMatch);
    });
  }

  it("match what is put in place of their wildcards", () => {
    const part = fc.stringMatching(/^[a-z]{0,3}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part), { maxLength: 6 }), (parts) => {
        const pattern = parts.map(([own]) => `${own}*`).join("");
        assert.ok(matches(pattern, parts.map(([own, filled]) => own + filled).join("")));
      }),
    );
  });

  it("take no longer for many wildcards", () => {
    const started = performance.now();
    assert.equal(matches("*a".repeat(5_000), "a".repeat(200)), false);
    assert.ok(performance.now() - started < 500);
  });
});

describe("ARNs that leave nothing out", () => {
  for (const arn of ["*", "**", "arn:*", "arn:aws:*", "arn:aws:*:*:*:*", "arn:aws:s3:::*", "arn:aws-cn:s3:::*/*"]) {
    it(`${arn} is every resource`, () => {
      assert.ok(isEveryResource(arn) && isEveryOfKind(arn));
    });
  }

  for (const arn of [
    "arn:aws:iam::*:role/*",
    "arn:aws:kms:eu-west-1:111122223333:key/*",
    "arn:aws:ssm:*:*:parameter/*",
  ]) {
    it(`${arn} is all of a kind`, () => {
      assert.ok(isEveryOfKind(arn) && !isEveryResource(arn));
    });
  }

  for (const arn of [
    "",
    "?",
    "arn",
    "arn:aws:s3",
    "arn:aws:s3:::weights",
    "arn:aws:s3:::key/*",
    "arn:aws:iam::*:role/a*",
  ]) {
    it(`"${arn}" is neither`, () => {
      assert.ok(!isEveryOfKind(arn) && !isEveryResource(arn));
    });
  }
});
