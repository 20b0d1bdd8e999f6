import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";

import { type Certificate, newAuthority, sign } from "../../../tools/local/certificates.js";

const HOUR_MS = 60 * 60 * 1000;
/** Server and client authentication (RFC 5280, 4.2.1.12). */
const USAGES = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

describe("local certificates", () => {
  let authority: Certificate;
  let root: X509Certificate;
  let signed: Certificate;
  let own: X509Certificate;

  before(async () => {
    authority = await newAuthority();
    signed = await sign(authority, "kube-apiserver");
    root = new X509Certificate(authority.certificate);
    own = new X509Certificate(signed.certificate);
  });

  it("has an authority that vouches for itself and may vouch for others", () => {
    assert.equal(root.ca, true);
    assert.equal(root.verify(root.publicKey), true);
    assert.equal(root.checkIssued(root), true);
    assert.equal(root.subject, "CN=pulumi-vllm local");
  });

  it("signs certificates of the authority that cannot sign others", () => {
    assert.equal(own.subject, "CN=kube-apiserver");
    assert.equal(own.issuer, root.subject);
    assert.equal(own.checkIssued(root), true);
    assert.equal(own.verify(root.publicKey), true);
    assert.equal(own.verify(own.publicKey), false);
    assert.equal(own.ca, false);
  });

  it("signs for localhost and the loopback address, and for no other host", () => {
    assert.equal(own.checkHost("localhost"), "localhost");
    assert.equal(own.checkIP("127.0.0.1"), "127.0.0.1");
    assert.equal(own.checkHost("kube-apiserver"), undefined);
    assert.equal(own.checkIP("127.0.0.2"), undefined);
  });

  it("signs for names that are asked for as well", async () => {
    const named = new X509Certificate((await sign(authority, "x", ["keda-metrics-apiserver.keda.svc"])).certificate);
    assert.equal(named.checkHost("keda-metrics-apiserver.keda.svc"), "keda-metrics-apiserver.keda.svc");
    assert.equal(named.checkHost("localhost"), "localhost");
    assert.equal(own.checkHost("keda-metrics-apiserver.keda.svc"), undefined);
  });

  it("signs for servers and for clients alike", () => assert.deepEqual(own.keyUsage.toSorted(), USAGES));

  it("gives keys that belong to their certificates, on the curve P-256", () => {
    for (const { certificate, key } of [authority, signed]) {
      const pair = createPrivateKey(key);
      assert.equal(new X509Certificate(certificate).checkPrivateKey(pair), true);
      assert.equal(pair.asymmetricKeyType, "ec");
      assert.equal(pair.asymmetricKeyDetails?.namedCurve, "prime256v1");
    }
  });

  it("is valid since yesterday, should a clock be put right, and for a year", () => {
    for (const { validFrom, validTo } of [root, own]) {
      const [from, to] = [Date.parse(validFrom), Date.parse(validTo)].map((at) => (at - Date.now()) / HOUR_MS) as [
        number,
        number,
      ];
      assert.ok(from < -23 && from > -25, validFrom);
      assert.ok(to > 364 * 24 && to < 366 * 24, validTo);
    }
  });

  it("is of another key each time: one run's authority knows nothing of another's", async () => {
    const other = new X509Certificate((await newAuthority()).certificate);
    assert.equal(own.verify(other.publicKey), false);
    assert.notEqual(other.serialNumber, root.serialNumber);
    assert.notEqual(new X509Certificate((await sign(authority, "x")).certificate).serialNumber, own.serialNumber);
  });
});
