/** Credentials of a pod, from stand-ins of what gives them. */
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { folderWith, removeFolders } from "../tools/folders.js";
import { needsPython } from "./needs.js";
import { python, raised } from "./python.js";

const FETCH = `
import os
from credentials import CredentialSource
source = CredentialSource()
result = [list(source.get()) for _ in range(given.get("times", 1))]
`;

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const inSeconds = (seconds: number): string => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;

/** EKS Pod Identity's agent: answers the token in the file, and no other; credentials end after `seconds`. */
async function agent(seconds: number): Promise<Record<string, string>> {
  let count = 0;
  const url = await serve((request, response) => {
    if (request.headers.authorization !== "pod-token") return void response.writeHead(400).end();
    count += 1;
    const Expiration = inSeconds(seconds);
    response.end(
      JSON.stringify({ AccessKeyId: `KEY${count}`, SecretAccessKey: "s3cr3t", Token: "session", Expiration }),
    );
  });
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folderWith({ token: "pod-token\n" }), "token"),
  };
}

describe("credentials of a pod", () => {
  needsPython();

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  after(removeFolders);

  it("are those of variables before all others", async () => {
    const env = { ...(await agent(3600)), AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "B", AWS_SESSION_TOKEN: "C" };
    assert.deepEqual(await python(FETCH, {}, env), [["A", "B", "C", null]]);
  });

  it("come from EKS Pod Identity with the pod's token, once while they last", async () => {
    const found = (await python(FETCH, { times: 3 }, await agent(3600))) as [string, string, string, number][];
    assert.deepEqual(
      found.map(([key]) => key),
      ["KEY1", "KEY1", "KEY1"],
    );
    assert.deepEqual(found[0]!.slice(1, 3), ["s3cr3t", "session"]);
  });

  it("are fetched anew before they end", async () => {
    const found = (await python(FETCH, { times: 2 }, await agent(200))) as string[][];
    assert.deepEqual(
      found.map(([key]) => key),
      ["KEY1", "KEY2"],
    );
  });

  it("come from STS for a web identity token, with the role", async () => {
    let asked = "";
    const url = await serve((request, response) => {
      request.on("data", (chunk: Buffer) => (asked += chunk.toString()));
      request.on("end", () =>
        response.end(
          `<R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>a&amp;b</SecretAccessKey><SessionToken>t</SessionToken>` +
            `<Expiration>${inSeconds(3600)}</Expiration></Credentials></R>`,
        ),
      );
    });
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folderWith({ token: "jwt" }), "token"),
      AWS_ROLE_ARN: "arn:aws:iam::1:role/fill",
      AWS_ENDPOINT_URL_STS: url,
    };
    const [found] = (await python(FETCH, {}, env)) as string[][];
    assert.deepEqual(found!.slice(0, 3), ["ASIA", "a&b", "t"]);
    const form = new URLSearchParams(asked);
    assert.equal(form.get("RoleArn"), "arn:aws:iam::1:role/fill");
    assert.equal(form.get("WebIdentityToken"), "jwt");
  });

  it("are asked of no foreign host in plain HTTP", async () => {
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://evil.example/credentials" };
    const [kind, text] = (await raised(FETCH, {}, env)) as [string, string];
    assert.equal(kind, "Wrong");
    assert.match(text, /evil\.example is no credentials endpoint/);
  });

  it("that a role's trust policy refuses are a mistake of the config, named by its code", async () => {
    const url = await serve((_, response) =>
      response.writeHead(403).end("<Error><Code>AccessDenied</Code><Message>x</Message></Error>"),
    );
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folderWith({ token: "jwt-of-the-pod" }), "token"),
      AWS_ENDPOINT_URL_STS: url,
    };
    const [kind, text] = (await raised(FETCH, {}, env)) as [string, string];
    assert.equal(kind, "Wrong");
    assert.match(text, /\(AccessDenied\): check its trust policy/);
    assert.ok(!text.includes("jwt-of-the-pod"));
  });

  it("that are missing are said to be missing, with what gives them", async () => {
    const [kind, text] = (await raised(FETCH)) as [string, string];
    assert.equal(kind, "Wrong");
    assert.match(text, /no AWS credentials: give the pod's service account/);
  });

  it("do not show in a representation", async () => {
    const code = 'from credentials import Credentials\nresult = repr(Credentials("A", "s3cr3t"))';
    assert.ok(!String(await python(code)).includes("s3cr3t"));
  });
});
