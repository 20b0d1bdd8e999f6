import assert from "node:assert/strict";

import { resolveModels } from "../../components/checks/resolve.js";
import { AT, type Changes, lines, models, release, REVISION } from "../contract/fixtures.js";

const ROUTE = `${AT}.chat.route`;

/** What is found in the staging chat model with a second release that a canary names, behind a gateway. */
function found(changes: Changes): string[] {
  const all = {
    "chat/releases/r2": release(),
    "chat/route/canary": { release: "r2", weight: 5 },
    ...changes,
  };
  return lines(resolveModels(models(all), AT, undefined, undefined, true).problems);
}

describe("a route behind a gateway", () => {
  it("may name a canary, a shadow and the release before", () => {
    assert.deepEqual(found({}), []);
    const route = { stable: "r1", shadow: { release: "r2", percent: 10 }, previous: "r2", reason: "r" };
    assert.deepEqual(found({ "chat/route": route }), []);
  });

  it("has to name releases that are there, each with the way out", () => {
    assert.deepEqual(
      found({
        "chat/route": { stable: "r1", canary: { release: "r8", weight: 5 }, previous: "r9" },
      }),
      [
        `error ${ROUTE}.canary.release: there is no release "r8": put it back below releases, name r2, or leave canary out`,
        `error ${ROUTE}.previous: there is no release "r9": put it back below releases, name r2, or leave previous out`,
      ],
    );
  });

  it("does not name the stable release a second time", () => {
    assert.deepEqual(found({ "chat/route": { stable: "r1", previous: "r1" } }), [
      `error ${ROUTE}.previous: "r1" is the stable release: name another one`,
    ]);
  });

  it("takes whole percents, and a canary's below 100", () => {
    assert.deepEqual(
      found({
        "chat/route": { stable: "r1", canary: { release: "r2", weight: 0.5 }, shadow: { release: "r2", percent: 101 } },
      }),
      [
        `error ${ROUTE}.canary.weight: 0.5 is a number: use a whole number`,
        `error ${ROUTE}.shadow.percent: 101 is too large: use at most 100`,
      ],
    );
  });

  for (const key of ["canary", "shadow"]) {
    const route = { stable: "r1", [key]: { release: "r2", [key === "canary" ? "weight" : "percent"]: 5 } };

    it(`refuses a ${key} for another task`, () => {
      assert.deepEqual(
        found({
          "chat/route": route,
          "chat/releases/r2/model": { id: "Qwen/Qwen3-8B", revision: REVISION, task: "embed" },
        }).filter((line) => line.includes(".route.")),
        [
          `error ${ROUTE}.${key}.release: "r2" is for the task embed, and "r1" for generate: its answers would fail clients, so make it a model of its own`,
        ],
      );
    });

    it(`refuses a ${key} without an adapter of the stable release`, () => {
      const adapter = { id: "acme/sql", revision: REVISION, reason: "r" };
      assert.deepEqual(
        found({ "chat/route": route, "chat/releases/r1/adapters": { sql: adapter } }).filter((line) =>
          line.includes(".route."),
        ),
        [
          `error ${ROUTE}.${key}.release: "r2" has no adapter "sql" of "r1", so requests for it would get 404: ` +
            "add it, or have clients stop asking for it and take it out of both",
        ],
      );
    });

    it(`warns of a ${key} that takes shorter requests, or no tools`, () => {
      const tools = { "enable-auto-tool-choice": { value: true, reason: "r" } };
      assert.deepEqual(
        found({
          "chat/route": route,
          "chat/releases/r1/flags/enable-auto-tool-choice": tools["enable-auto-tool-choice"],
          "chat/releases/r2/context": 4096,
        }),
        [
          `warning ${ROUTE}.${key}.release: "r2" takes 4096 tokens a request, and "r1" 8192: longer requests get 400 from it`,
          `warning ${ROUTE}.${key}.release: "r2" is without the flag enable-auto-tool-choice of "r1": requests with tools get 400 from it`,
        ],
      );
    });
  }

  it("warns of a shadow that calls tools itself", () => {
    assert.deepEqual(
      found({
        "chat/route": { stable: "r1", shadow: { release: "r2", percent: 5 } },
        "chat/releases/r2/flags/tool-server": { value: "demo", reason: "r" },
      }).filter((line) => line.includes(".route.")),
      [
        `warning ${ROUTE}.shadow.release: "r2" calls tools itself (flag tool-server), so copies of requests call them a second time: ` +
          "leave the flag out while it is a shadow",
      ],
    );
  });

  it("warns of a canary whose replicas cannot hold what the next stage brings, and not of the stage after that", () => {
    const small = { "chat/releases/r2/concurrency": { sequences: 6, inFlight: 24 } };
    assert.deepEqual(found(small), []);
    assert.deepEqual(found({ ...small, "chat/route/canary": { release: "r2", weight: 25 } }), [
      `warning ${ROUTE}.canary.weight: its next stage, 100 %, brings up to 48 requests at once, and 3 replicas of "r2" run 18: ` +
        "raise autoscaling.max to 8 before that, or its concurrency.sequences",
    ]);
  });
});
