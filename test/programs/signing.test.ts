/** Signatures, against the examples of AWS' documentation. */
import assert from "node:assert/strict";
import { needsPython } from "./needs.js";
import { python } from "./python.js";

const HOST = { Host: "examplebucket.s3.amazonaws.com" };

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples: Signature Calculations". */
const EXAMPLES = [
  {
    what: "GET of a range",
    given: ["GET", "/test.txt", {}, { ...HOST, Range: "bytes=0-9" }, ""],
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    what: "PUT",
    given: [
      "PUT",
      "/test%24file.text",
      {},
      { ...HOST, Date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      "Welcome to Amazon S3.",
    ],
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    what: "GET of a setting",
    given: ["GET", "/", { lifecycle: "" }, HOST, ""],
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    what: "a list",
    given: ["GET", "/", { "max-keys": 2, prefix: "J" }, HOST, ""],
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
];

const SIGN = `
import hashlib
from credentials import Credentials
from signing import sign
method, path, query, headers, body = given
keys = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
hashed = hashlib.sha256(body.encode()).hexdigest()
result = sign(method, path, query, headers, hashed, keys, "us-east-1", now=1369353600)["authorization"]
`;

describe("signatures of S3 requests", () => {
  needsPython();

  for (const { what, given, signature } of EXAMPLES) {
    it(`are those of AWS' example: ${what}`, async () => {
      assert.equal(String(await python(SIGN, given)).split("Signature=")[1], signature);
    });
  }
});
