import assert from "node:assert/strict";
import { checkCache } from "../../components/checks/cache.js";
import { cacheSchema } from "../../components/contract/cache.js";
import { parse } from "../../components/config/parse.js";
import { fillsOf } from "../../components/derive/weights/fills.js";
import { cacheOf, CLAIM, contract, lines } from "../contract/fixtures.js";

const AT = "vllm:cache";
const releases = [{ plan: contract(), warmSpares: 0, path: "vllm:models.chat.releases.r1" }];

/** Problems of a cache of this shape, beside the chat model of 15.3 GiB. */
function problems(values: Record<string, unknown>, isBuilt = false): string[] {
  const cache = cacheOf(values);
  const plan = contract({}, {}, cache);
  return lines(checkCache(cache, { releases: [{ ...releases[0]!, plan }], isBuilt }, AT));
}

describe("vllm:cache", () => {
  it("takes a claim that exists, and a bucket", () => {
    assert.deepEqual(problems({ kind: "claim", name: "models" }), []);
    assert.deepEqual(problems({ kind: "s3", bucket: "weights" }), []);
  });

  it("names the kinds where there is none of the name", () => {
    const { problems: found } = parse(cacheSchema, { kind: "nfs" }, AT);
    assert.deepEqual(lines(found), [
      `error ${AT}.kind: "nfs" is not allowed: use none, claim, efs, fsx-lustre, s3 or node; did you mean efs?`,
    ]);
  });

  it("asks why there is none", () => {
    const { problems: found } = parse(cacheSchema, { kind: "none" }, AT);
    assert.match(lines(found).join(), /vllm:cache\.reason: is missing/);
  });

  for (const kind of ["efs", "fsx-lustre"]) {
    it(`makes ${kind} on a cluster that the stack builds alone`, () => {
      assert.deepEqual(problems({ kind }, true), []);
      assert.match(
        problems({ kind }).join(),
        new RegExp(`error ${AT}\\.kind: "${kind}" is made by the stack.*kind: claim`),
      );
    });
  }

  it("refuses a claim of many readers on block storage, and says why", () => {
    const create = { storageClass: "gp3", sizeGiB: 100 };
    assert.match(
      problems({ kind: "claim", name: "models", create }).join(),
      /create\.storageClass: "gp3" is block storage, which one node/,
    );
    assert.deepEqual(problems({ kind: "claim", name: "models", create: { ...create, storageClass: "efs-sc" } }), []);
  });

  it("refuses room for less than the releases' weights, and warns of a node's", () => {
    const create = { storageClass: "efs-sc", sizeGiB: 10 };
    assert.deepEqual(problems({ kind: "claim", name: "models", create }), [
      `error ${AT}.create.sizeGiB: 10 GiB hold less than the 16 GiB that the releases' weights take: use at least 16`,
    ]);
    assert.deepEqual(problems({ kind: "node", budgetGiB: 10 }), [
      `warning ${AT}.budgetGiB: 10 GiB hold less than the 16 GiB that the releases' weights take: use at least 16`,
    ]);
  });

  it("mounts buckets of AWS alone on a cluster that the stack builds", () => {
    const elsewhere = { kind: "s3", bucket: "weights", endpoint: "https://s3.example.com" };
    assert.match(problems(elsewhere, true).join(), /error vllm:cache\.endpoint: the driver that the stack installs/);
    assert.deepEqual(problems(elsewhere), []);
    assert.deepEqual(problems({ ...elsewhere, read: "stream" }, true), []);
  });

  it("keeps the startup plan beside compiled code alone", () => {
    assert.deepEqual(problems({ kind: "claim", name: "models", startupPlan: true }), [
      `error ${AT}.startupPlan: is kept with the compiled code: set compile, too`,
    ]);
  });

  it("wants the image that fills pinned", () => {
    const fill = { image: "python:latest" };
    assert.match(problems({ kind: "claim", name: "models", fill }).join(), /fill\.image/);
  });

  it("has no half sizes of FSx for Lustre", () => {
    const { problems: found } = parse(cacheSchema, { kind: "fsx-lustre", sizeGiB: 2000 }, AT);
    assert.match(lines(found).join(), /2000: is no size of FSx for Lustre: use 1200 or a multiple of 2400/);
  });
});

describe("fills", () => {
  it("fetch a revision once, however many releases load it", () => {
    const plans = [contract({}, {}, CLAIM), contract({ context: 4096 }, {}, CLAIM)];
    const fills = fillsOf(plans, CLAIM);
    assert.deepEqual(
      fills.map(({ folder }) => folder),
      ["weights/Qwen--Qwen3-8B/b968826d9c46dd6066d109eabc6255188de91218"],
    );
  });

  it("leave out what is mounted itself", () => {
    const plan = contract({ "model/source": { claim: { name: "nfs", path: "qwen3" } } }, {}, CLAIM);
    assert.deepEqual(fillsOf([plan], CLAIM), []);
  });
});
