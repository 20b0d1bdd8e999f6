import assert from "node:assert/strict";

import { checkAround, checkQuota } from "../../../components/checks/batch/around.js";
import { formatProblem } from "../../../components/config/problems.js";
import { hasEngine } from "../../../components/derive/batch/plan.js";
import { batchConfig, planOf, problemsOf, resolved, withoutRelease } from "../../batch/fixtures.js";
import { type Config, IMAGE, merged } from "../../serving/fixtures.js";

describe("checks of a batch", () => {
  it("take one whose release fits, with every default", () => {
    assert.deepEqual(problemsOf(batchConfig()), []);
    const { work, ...plan } = planOf(batchConfig());
    assert.deepEqual(
      [plan.class, plan.servedName, plan.shardLines, plan.parallelism, plan.retries, plan.badLines, plan.suspend],
      ["batch", "docs", 5000, 1, 2, "refuse", false],
    );
    assert.ok(hasEngine(work));
    assert.deepEqual([work.release.class, work.release.servedNames], ["batch", ["docs"]]);
  });

  const refused: Record<string, [changes: Config, message: RegExp]> = {
    "a class that people wait for": [
      { class: "interactive" },
      /docs\.class: "interactive" is not allowed: use batch or experimental/,
    ],
    "no release, no model": [
      { release: undefined },
      /docs: says not what answers the lines: give one of release, from and route/,
    ],
    "two ways at once": [{ from: { model: "chat", release: "r1" } }, /docs: gives release and from: give one/],
    "a context that does not fit": [{ release: { context: 131072 } }, /docs\.release\.context: /],
    "a flag of the server alone": [
      { release: { flags: { "root-path": { value: "/x", reason: "x" } } } },
      /release\.flags\.root-path: is a flag of vllm serve that vllm run-batch does not have/,
    ],
    "an endpoint of another task": [
      { endpoint: "/v1/embeddings" },
      /endpoint: "\/v1\/embeddings" is not what a model for generate answers: use \/v1\/chat\/completions, or a model for embed/,
    ],
    "an output behind a URL": [
      { output: { s3: undefined, url: "https://x" } },
      /output\.url: can be read and not written to/,
    ],
    "a schedule of six fields": [
      { schedule: "0 0 2 * * *" },
      /schedule: "0 0 2 \* \* \*" is not a line of cron: use five fields/,
    ],
    "an hour that there is not": [
      { schedule: "0 24 * * *" },
      /schedule: "24" is no hour: use \*, numbers from 0 to 23/,
    ],
    "Sunday as 7, which Kubernetes does not know": [{ schedule: "0 0 * * 7" }, /"7" is no day of the week/],
    "a zone in the schedule": [{ schedule: "TZ=UTC 0 2 * * *" }, /holds a time zone: give it as timeZone/],
    "a zone that there is not": [
      { schedule: "0 2 * * *", timeZone: "Mars/Olympus" },
      /timeZone: "Mars\/Olympus" is no time zone/,
    ],
    "a zone without a schedule": [{ timeZone: "Europe/Berlin" }, /timeZone: is for a schedule, and there is none/],
    "a schedule without an input": [
      { schedule: "0 2 * * *", input: undefined },
      /input: is missing: a run that starts by schedule/,
    ],
    "an image without a digest": [{ image: "python:3.12" }, /docs\.image: "python:3.12" is not pinned/],
    "a deadline before the model is loaded": [
      { deadlineSeconds: 600 },
      /deadlineSeconds: 600 is over before a pod has loaded its model/,
    ],
    "a type of GPU that no batch group has": [
      { release: { gpu: { type: "l40s" } } },
      /release\.gpu\.type: no node group offers l40s to batch models/,
    ],
  };
  for (const [what, [changes, message]] of Object.entries(refused)) {
    it(`refuse ${what}`, () => {
      const found = problemsOf(batchConfig(changes));
      assert.ok(
        found.some((text) => message.test(text) && !text.startsWith("warning")),
        found.join("\n"),
      );
    });
  }

  it("find every mistake at once", () => {
    const found = problemsOf(batchConfig({ endpoint: "/v1/embeddings", schedule: "x", image: "python", class: "x" }));
    for (const key of ["class", "endpoint", "schedule", "image"])
      assert.ok(
        found.some((text) => text.startsWith(`vllm:batch.docs.${key}: `)),
        `${key}: ${found.join("\n")}`,
      );
  });

  it("warn of an image that loses a shard with its node, and of pods that only wait", () => {
    const found = problemsOf(batchConfig({ release: { image: IMAGE }, parallelism: 5 }));
    assert.deepEqual(
      found.map((text) => text.slice(0, 90)),
      [
        "warning: vllm:batch.docs.parallelism: 5 GPUs are more than the 4 of batch at max nodes, so pods wait: use at most 4".slice(
          0,
          90,
        ),
        "warning: vllm:batch.docs.release.image: vLLM 0.30.0 writes results at the end of a shard, so that".slice(
          0,
          90,
        ),
      ],
    );
  });

  it("refuse two batches that write to one place, and names that are a model's or too long", () => {
    const { problems } = resolved({
      a: batchConfig(),
      b: batchConfig(),
      chat: batchConfig({ output: { s3: { prefix: "c" } } }),
    });
    assert.deepEqual(
      problems.map((problem) => formatProblem(problem).slice(0, 60)),
      [
        'vllm:batch.chat: "chat" is a model\'s key, too, and their objects would share labels'.slice(0, 60),
        'vllm:batch.b.output: is where "a" writes, too: use a place of its own'.slice(0, 60),
      ],
    );
    assert.match(problemsOf(batchConfig())[0] ?? "", /^$/);
    assert.match(
      resolved({ [`a${"b".repeat(30)}`]: batchConfig() })
        .problems.map(formatProblem)
        .join(),
      /is not a batch's key/,
    );
  });

  describe("of a model's release", () => {
    const from = (changes: Config = {}) => withoutRelease({ from: { model: "chat", release: "r1", ...changes } });

    it("run it on batch nodes, by the model's name, whatever group its servers are on", () => {
      const { work, servedName } = planOf(from());
      assert.ok(hasEngine(work));
      assert.deepEqual([servedName, work.release.class, work.release.release], ["chat", "batch", "r1"]);
      assert.equal(work.release.contract.image, IMAGE);
    });

    it("name models and releases that there are", () => {
      assert.match(problemsOf(from({ model: "chta" })).join(), /docs\.from\.model: there is no model "chta": use chat/);
      assert.match(
        problemsOf(from({ release: "r9" })).join(),
        /docs\.from\.release: there is no release "r9" of chat: use r1/,
      );
    });
  });

  describe("of a route", () => {
    const route = (changes: Config = {}, others: Config = {}) =>
      withoutRelease({ route: { model: "chat", concurrency: 4, ...changes }, ...others });
    const PRIORITY = { releases: { r1: { flags: { "scheduling-policy": { value: "priority", reason: "batches" } } } } };

    it("find the model's key and whether it has priorities", () => {
      const { work } = planOf(route(), PRIORITY);
      assert.deepEqual(work, {
        route: {
          model: "chat",
          concurrency: 4,
          apiKey: { name: "chat-api-key", key: "api-key" },
          hasPriorities: true,
          servedName: "chat",
          image: IMAGE,
        },
      });
    });

    it("keep the batch from filling a queue that people wait in", () => {
      assert.match(
        problemsOf(route({ concurrency: 100 })).join(),
        /concurrency: 100 requests are more than the 48 that chat takes/,
      );
      assert.match(problemsOf(route({ concurrency: 10 })).join(), /^warning: .*chat has no priorities/);
      assert.deepEqual(problemsOf(route({ concurrency: 10 }), PRIORITY), []);
      assert.match(problemsOf(route({}, { parallelism: 8 })).join(), /parallelism: 8 pods share 4 requests/);
      assert.match(
        problemsOf(route({}, { servedName: "gpt" })).join(),
        /servedName: "gpt" is no name of chat: use chat/,
      );
    });
  });
});

describe("checks of batches with other sections", () => {
  const around = (changes: Config, plan = planOf(batchConfig())) =>
    checkAround([plan], merged({ access: {}, namespace: "vllm", isBuilt: true }, changes) as never, "vllm:batch").map(
      formatProblem,
    );

  it("refuse a place that the network closes", () => {
    const egress = [{ cidr: "10.0.0.0/8", ports: [8443], reason: "x" }];
    assert.deepEqual(around({}), []);
    assert.match(
      around({ access: { egress } }).join("\n"),
      /docs\.input: is at "s3.amazonaws.com:443", which vllm:access.egress closes/,
    );
  });

  it("say that an existing cluster gives pods no role by itself", () => {
    assert.match(
      around({ isBuilt: false }).join(),
      /docs\.podIdentity: is missing: on an existing cluster nothing gives the pods a role/,
    );
  });

  it("refuse a route to a model that does not admit the batch's pods", () => {
    const plan = planOf(withoutRelease({ route: { model: "chat", concurrency: 1 } }));
    assert.match(
      around({ access: { clientNamespaces: ["search"] } }, plan).join(),
      /docs\.route: the batch's pods are in "vllm"/,
    );
    assert.deepEqual(around({ access: { clientNamespaces: ["search", "vllm"] } }, plan), []);
  });

  it("refuse a quota below one pod, and one beside a queue", () => {
    const quota = (config: Config) =>
      checkQuota({ gpus: 1 }, [planOf(config)], "vllm:batchQuota")
        .map(formatProblem)
        .join();
    const large = merged(batchConfig(), { release: { gpu: { count: 1 } } });
    assert.equal(quota(large), "");
    assert.match(
      quota(batchConfig({ queue: "gpus" })),
      /would count the pods of "docs", too, whose queue has a quota of its own/,
    );
  });
});
