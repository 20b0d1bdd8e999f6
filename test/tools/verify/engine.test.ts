/** What vLLM answers, over a forwarded port, and what is made of it. */
import assert from "node:assert/strict";
import type { Config } from "../../serving/fixtures.js";
import type { Behaviour } from "./engine.js";
import { endWorlds, World } from "./world.js";

interface Case {
  what: string;
  does: (engine: Behaviour) => void;
  check: string;
  gives: string | RegExp;
}

const CASES: Case[] = [
  {
    what: "another context than the contract's",
    does: (engine) => (engine.context = 4096),
    check: "model",
    gives: "fail: chat-r1-1 takes 4096 tokens, the contract says 8192",
  },
  {
    what: "another model",
    does: (engine) => (engine.model = "other"),
    check: "model",
    gives: "fail: chat-r1-1 serves other, and not chat",
  },
  {
    what: "no model",
    does: ({ answers }) => (answers["/v1/models"] = { body: "{}" }),
    check: "model",
    gives: "fail: chat-r1-1 serves no model, and not chat",
  },
  {
    what: "what is no JSON",
    does: ({ answers }) => (answers["/v1/models"] = { body: "<html>" }),
    check: "model",
    gives: /^fail: an answer has an unknown form: Unexpected token/,
  },
  {
    what: "what is no object",
    does: ({ answers }) => (answers["/v1/models"] = { body: "1" }),
    check: "model",
    gives: "fail: an answer has an unknown form: not an object: 1",
  },
  {
    what: "another key than the Secret's",
    does: (engine) => (engine.key = "older"),
    check: "model",
    gives: "fail: chat-r1-1 refuses the key of the Secret: it was changed since the pod started",
  },
  {
    what: "an error",
    does: ({ answers }) => (answers["/v1/models"] = { status: 503, body: "loading" }),
    check: "model",
    gives: "fail: chat-r1-1 answers /v1/models with 503: loading",
  },
  {
    what: "an error in place of a stream",
    does: ({ answers }) => (answers["/v1/completions"] = { status: 500, body: "EngineDeadError" }),
    check: "answer",
    gives: "fail: chat-r1-1 answers /v1/completions with 500: EngineDeadError",
  },
  {
    what: "a stream without text",
    does: (engine) => (engine.events = ['{"choices":[{"text":""}]}', '{"usage":{}}']),
    check: "answer",
    gives: "fail: chat-r1-1 streams no text",
  },
  {
    what: "an error in the stream",
    does: (engine) => engine.events.push('{"error":{"message":"CUDA error"}}'),
    check: "answer",
    gives: 'fail: chat-r1-1 ends the stream with an error: {"message":"CUDA error"}',
  },
  {
    what: "a stream of no JSON",
    does: (engine) => (engine.events = ["{"]),
    check: "answer",
    gives: 'fail: chat-r1-1 ends the stream with an error: "{"',
  },
  {
    what: "a stream that breaks off",
    does: ({ answers }) => (answers["/v1/completions"] = { body: 'data: {"choices":[{"text":" Paris"}]}\n\n' }),
    check: "answer",
    gives: "fail: chat-r1-1 breaks the stream off after 1 token",
  },
  {
    what: "metrics of another model",
    does: (engine) => (engine.metrics = engine.metrics.replaceAll("chat", "other")),
    check: "metrics",
    gives: /^fail: chat-r1-1 has vllm:num_requests_running of another model than chat; /,
  },
  {
    what: "metrics without those that are scaled by",
    does: (engine) => (engine.metrics = engine.metrics.replaceAll("vllm:kv_cache", "vllm:gpu_cache")),
    check: "metrics",
    gives: "fail: chat-r1-1 has no vllm:kv_cache_usage_perc",
  },
  {
    what: "no metrics",
    does: ({ answers }) => (answers["/metrics"] = { status: 404, body: "Not Found" }),
    check: "metrics",
    gives: "fail: chat-r1-1 answers /metrics with 404: Not Found",
  },
];

describe("what npm run verify makes of vLLM's answers", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.of();
  });
  afterEach(() => world.stop());
  after(endWorlds);

  for (const { what, does, check, gives } of CASES) {
    it(`fails for ${what}`, async () => {
      does(world.engine().does);
      const found = await world.result(`chat-r1 ${check}`);
      if (typeof gives === "string") assert.equal(found, gives);
      else assert.match(found, gives);
    });
  }

  it("fails where nothing listens in the pod", async () => {
    world.api.ports.delete("chat-r1-1:8000");
    const found = await world.result("chat-r1 metrics");
    assert.equal(
      found,
      "fail: Pod chat-r1-1 cannot be reached: Pod chat-r1-1: error forwarding port 8000: connection refused",
    );
  });

  it("asks for a few tokens, streamed, of the served name", async () => {
    await world.run();
    const { body } = world.engine().asked.find(({ path }) => path === "/v1/completions")!;
    assert.deepEqual(body, {
      model: "chat",
      prompt: "The capital of France is",
      max_tokens: 8,
      temperature: 0,
      ignore_eos: true,
      stream: true,
    });
  });

  it("asks every Ready pod for its model, and one for an answer", async () => {
    const second = structuredClone(world.pod());
    second.metadata.name = "chat-r1-2";
    world.api.put(second);
    world.api.ports.set("chat-r1-2:8000", world.engine().port);
    const results = await world.results();
    assert.equal(results["chat-r1 model"], "pass: chat with 8192 tokens in 2 Ready pods");
    const paths = world.engine().asked.map(({ path }) => path);
    assert.equal(paths.filter((path) => path === "/v1/models").length, 2);
    assert.equal(paths.filter((path) => path === "/v1/completions").length, 1);
  });

  const POOLING: [task: string, path: string, good: string, bad: string][] = [
    ["embed", "/v1/embeddings", '{"data":[{"embedding":[0.1]}]}', '{"data":[{"embedding":[]}]}'],
    ["classify", "/classify", '{"data":[{"label":"LABEL_0"}]}', '{"data":[]}'],
    ["score", "/score", '{"data":[{"score":0.5}]}', '{"data":[{"score":null}]}'],
  ];
  for (const [task, path, good, bad] of POOLING) {
    it(`asks a model whose task is ${task} by ${path}`, async () => {
      const embedding: Config = {
        chat: {
          releases: {
            r1: {
              model: { id: "Qwen/Qwen3-Embedding-0.6B", task, revision: "97b0c614be4d77ee51c0cef4e5f07c00f9eb65b3" },
            },
          },
        },
      };
      const other = await World.of({ models: embedding });
      try {
        const { answers } = other.engine().does;
        answers[path] = { body: good };
        assert.match(await other.result("chat-r1 answer"), new RegExp(`^pass: ${path} in \\d+ ms$`));
        answers[path] = { body: bad };
        assert.equal(await other.result("chat-r1 answer"), `fail: chat-r1-1 answers ${path} without a result: ${bad}`);
        answers[path] = { status: 400, body: "no" };
        assert.equal(await other.result("chat-r1 answer"), `fail: chat-r1-1 answers ${path} with 400: no`);
      } finally {
        other.stop();
      }
    });
  }
});
