/** Tokens of an issuer beside keys: who is let in, and as whom. */
import assert from "node:assert/strict";
import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "../scenario.js";
import { type Answer, errorOf } from "./client.js";
import { Door, keyOf, needsGateway } from "./door.js";

const ISSUER = "https://id.example.com";

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function token(key: KeyObject, claims: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: ISSUER, aud: "llm", sub: "team.a/service", exp: now + 600, ...claims };
  const signed = `${base64({ alg: "RS256", typ: "JWT", kid: "one" })}.${base64(payload)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key).toString("base64url")}`;
}

describe("A real gateway with tokens", function () {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  let door: Door;
  let issuer: Server;

  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: {
        oidc: { issuer: ISSUER, audiences: ["llm"], jwksUri: `${ISSUER}/jwks` },
        tenants: { acme: { subjects: ["team.a/service"], limits: { requestsPerMinute: 1_000_000 } } },
      },
      replicas: { "chat-r1": 1 },
    });
    const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" }] };
    issuer = createServer((_, response) => response.end(JSON.stringify(keys)));
    await new Promise<void>((done) => issuer.listen(0, door.lab.machine, done));
    issuer.unref();
    // As rendered, but for the address: Envoy would not know the authority of a certificate that was made here.
    const policy = door.objects.find(({ kind, spec }) => kind === "SecurityPolicy" && "jwt" in (spec as object))!;
    const address = `http://${door.lab.machine}:${(issuer.address() as AddressInfo).port}/jwks`;
    await door.lab.cluster.apply(
      JSON.parse(JSON.stringify(policy).replace(`${ISSUER}/jwks`, address)) as typeof policy,
    );
    await eventually("a token that is let in", async () => ((await bearer()).status === 200 ? true : undefined));
    for (const replica of door.all()) replica.reached.length = 0;
  });
  after(async () => {
    issuer?.close();
    await door?.close();
  });

  function bearer(claims: object = {}, key = privateKey): Promise<Answer> {
    return door.client.ask({ key: token(key, claims) });
  }

  it("lets in whom the issuer names, as the tenant of that subject, and no token goes on to the model", async () => {
    const answer = await bearer();
    assert.equal(answer.status, 200, answer.text);
    const [reached] = door.all()[0]!.reached.splice(0);
    assert.equal(reached!.headers["authorization"], "Bearer the-runtimes-own-key");
    assert.ok(!JSON.stringify(reached).includes("eyJ"));
  });

  it("lets keys in as before", async () => {
    assert.equal((await door.client.ask({ key: keyOf("acme") })).status, 200);
    door.all()[0]!.reached.length = 0;
  });

  const past = Math.floor(Date.now() / 1000) - 3600;
  const refused: [string, () => Promise<Answer>][] = [
    ["signed by another key", () => bearer({}, other)],
    ["that has ended", () => bearer({ exp: past })],
    ["of another issuer", () => bearer({ iss: "https://other.example.com" })],
    [
      "without a signature",
      () =>
        door.client.ask({
          key: `${base64({ alg: "none" })}.${base64({ iss: ISSUER, aud: "llm", sub: "team.a/service" })}.`,
        }),
    ],
    ["whose subject is no tenant's", () => bearer({ sub: "acme" })],
    ["whose subject begins with a tenant's name", () => bearer({ sub: "acme.main" })],
    [
      "beside headers that tell a subject",
      () =>
        door.client.ask({
          key: token(other),
          headers: { "x-vllm-subject": "team.a/service", "x-vllm-client": "acme.main" },
        }),
    ],
  ];
  it("answers 403 to a token for another audience, as Envoy's check does", async () => {
    const answer = await bearer({ aud: "other" });
    assert.equal(answer.status, 403, answer.text);
    errorOf(answer);
    assert.deepEqual(door.all()[0]!.reached, []);
  });

  for (const [what, ask] of refused)
    it(`answers 401 to a token ${what}`, async () => {
      const answer = await ask();
      assert.equal(answer.status, 401, answer.text);
      errorOf(answer);
      assert.deepEqual(door.all()[0]!.reached, []);
    });
});
