/** The client of S3, against a server that checks signatures and fails now and then. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { S3_DENIED_KEYS, S3_KEYS } from "../../tools/standIns/s3Server.js";
import { python, raised } from "./python.js";
import { useS3Server } from "./s3Server.js";

const OPEN = `
import io, base64, hashlib
from s3 import S3
bucket = S3(given["bucket"], endpoint=given["endpoint"])
`;

const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

describe("the client of S3, 5 of 100 requests failing", () => {
  const s3 = useS3Server({ faults: 5 });
  const run = (code: string, given: object = {}, env: Readonly<Record<string, string>> = S3_KEYS): Promise<unknown> =>
    python(OPEN + code, { bucket: "store", endpoint: s3().endpoint, ...given }, env);

  before(() => s3().makeBucket("store"));

  it("writes, lists and reads objects whatever their names", async () => {
    const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), {
      minLength: 12,
      maxLength: 12,
    });
    // moto's own routing takes away `.` and `..`, slashes at the ends and control characters.
    const keys = fc
      .sample(names, { numRuns: 1, seed: 7 })[0]!
      .map((name) => `names/x${name.replace(/[\p{C}/.\\?#]/gu, "_")}x`);
    const code = `
for key in given["keys"]:
    bucket.put(key, key.encode())
result = [[item.name for item in bucket.list("names/")], [bucket.read(key)[0].decode() for key in given["keys"]]]
`;
    const [listed, read] = (await run(code, { keys })) as [string[], string[]];
    assert.deepEqual(new Set(listed), new Set(keys));
    assert.deepEqual(read, keys);
  });

  it("sends large objects in parts, and reads any range of them", async () => {
    const body = randomBytes(20_000_001);
    await s3().put("store", "source", body);
    const code = `
data = b"".join(bucket.stream("source"))
bucket.upload("large", io.BytesIO(data), len(data), {"x-amz-meta-sha256": "f00"})
head = bucket.head("large")
ranges = [[0, 1], [17, 17], [5, 17_000_000], [19_999_999, 20_000_001]]
result = [head.size, head.headers["x-amz-meta-sha256"], [hashlib.sha256(b"".join(bucket.stream("large", *r))).hexdigest() for r in ranges]]
`;
    const [size, meta, hashes] = (await run(code)) as [number, string, string[]];
    assert.equal(size, body.length);
    assert.equal(meta, "f00");
    const ranges: [number, number][] = [
      [0, 1],
      [17, 17],
      [5, 17_000_000],
      [19_999_999, 20_000_001],
    ];
    assert.deepEqual(
      hashes,
      ranges.map((range) => sha256(body.subarray(...range))),
    );
  });

  it("gives up an upload that fails, so that its parts cost nothing", async () => {
    const code = `
class Torn(io.BytesIO):
    def read(self, size):
        if self.tell() > 10_000_000:
            raise OSError("torn")
        return super().read(size)
try:
    bucket.upload("torn", Torn(bytes(30_000_000)), 30_000_000)
    result = "uploaded"
except OSError as failure:
    result = str(failure)
`;
    assert.equal(await run(code), "torn");
    assert.equal(await s3().get("store", "torn"), undefined);
    assert.equal(await s3().unfinishedUploads("store"), 0);
  });

  it("creates an object for one of many that try at once", async () => {
    const code = `
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    result = []
    for n in range(5):
        made = list(pool.map(lambda who: bucket.put(f"only/{n}", str(who).encode(), if_none=True), range(8)))
        result.append([who for who, etag in enumerate(made) if etag] + [int(bucket.read(f"only/{n}")[0])])
`;
    const rounds = (await run(code)) as number[][];
    for (const round of rounds) {
      const winner = round.pop();
      // The answer of the one that wrote may be lost: then nobody is told, and the object says who it was.
      if (round.length > 0) assert.deepEqual(round, [winner]);
    }
  });

  it("replaces an object only while it is the one that was read", async () => {
    const code = `
first = bucket.put("turn", b"1")
second = bucket.put("turn", b"2", if_match=first)
result = [bool(second), bucket.put("turn", b"3", if_match=first), bucket.put("gone", b"3", if_match=first), bucket.read("turn")[0].decode()]
`;
    assert.deepEqual(await run(code), [true, null, null, "2"]);
  });

  it("tells what is missing from what may not be seen", async () => {
    assert.deepEqual(await run('result = [bucket.head("nothing"), bucket.read("nothing")]'), [null, null]);
    const given = { bucket: "store", endpoint: s3().endpoint };
    const [missing, missingText] = (await raised(`${OPEN}list(bucket.stream("nothing"))`, given, S3_KEYS)) as string[];
    assert.equal(missing, "Wrong");
    assert.match(missingText!, /GET s3:\/\/store\/nothing: NoSuchKey/);
    const [denied, deniedText] = (await raised(`${OPEN}bucket.read("x")`, given, S3_DENIED_KEYS)) as string[];
    assert.equal(denied, "Wrong");
    assert.match(deniedText!, /AccessDenied: the pod's role or key does not allow it/);
    const [forged, forgedText] = (await raised(`${OPEN}bucket.read("x")`, given, {
      ...S3_KEYS,
      AWS_SECRET_ACCESS_KEY: "wrong",
    })) as string[];
    assert.equal(forged, "Wrong");
    assert.match(forgedText!, /SignatureDoesNotMatch/);
  });
});

describe("the client of S3, against a server of one answer", () => {
  const answering = async (status: number, headers: Record<string, string>, body: string): Promise<unknown> => {
    const server = createServer((_, response) => response.writeHead(status, headers).end(body));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const given = { bucket: "b", endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const answer = await raised(`${OPEN}bucket.read("x")`, given, { ...S3_KEYS, AWS_REGION: "us-east-1" });
    server.close();
    return answer;
  };
  const error = (code: string): string => `<Error><Code>${code}</Code></Error>`;

  it("says which region the bucket is in", async () => {
    const headers = { "x-amz-bucket-region": "eu-west-1" };
    assert.deepEqual(await answering(301, headers, error("PermanentRedirect")), [
      "Wrong",
      "GET s3://b/x: PermanentRedirect: the bucket is in eu-west-1, not us-east-1: state its region",
    ]);
  });

  it("says that a clock is wrong", async () => {
    assert.deepEqual(await answering(403, {}, error("RequestTimeTooSkewed")), [
      "Failed",
      "GET s3://b/x: RequestTimeTooSkewed: the clock of this node is wrong",
    ]);
  });

  it("says that credentials have expired", async () => {
    const answer = await answering(400, {}, error("ExpiredToken"));
    assert.deepEqual(answer, ["Failed", "GET s3://b/x: ExpiredToken: the credentials have expired"]);
  });

  it("asks for a region where no endpoint is given", async () => {
    const [kind, text] = (await raised('from s3 import S3\nS3("b")')) as string[];
    assert.equal(kind, "Wrong");
    assert.match(text!, /its region is not stated/);
  });

  it("addresses AWS by host, and buckets with dots by path", async () => {
    const code =
      'from s3 import S3\nresult = [(S3(name, region)._base, S3(name, region)._path) for name, region in given["buckets"]]';
    const buckets = [
      ["b", "eu-west-1"],
      ["a.b", "eu-west-1"],
      ["b", "cn-north-1"],
    ];
    assert.deepEqual(await python(code, { buckets }), [
      ["https://b.s3.eu-west-1.amazonaws.com", ""],
      ["https://s3.eu-west-1.amazonaws.com", "/a.b"],
      ["https://b.s3.cn-north-1.amazonaws.com.cn", ""],
    ]);
  });
});
