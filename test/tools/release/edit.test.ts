import assert from "node:assert/strict";

import fc from "fast-check";

import { parse } from "yaml";
import { routeIn, withRoute } from "../../../tools/release/edit.js";
import type { Route } from "../../../tools/release/steps.js";

const FILE = "Pulumi.test.yaml";

/** A stack's file whose model chat has this text below its key. */
const file = (chat: string, rest = "") => `# The stack.
config:
  aws:region: eu-central-1
  vllm:huggingFaceToken:
    secure: AAABAJ2k # encrypted
  vllm:models:
    chat:
${chat}
      class: interactive   # odd   spaces
${rest}`;
const STABLE: Route = { stable: "r1" };
const CANARY: Route = { stable: "r1", canary: { release: "r2", weight: 5 } };
const SHADOW: Route = { stable: "r1", shadow: { release: "r2", percent: 10 } };
const TAKEN: Route = { stable: "r2", previous: "r1" };

/** The lines that differ. */
function changes(before: string, route: Route): [string[], string[]] {
  const [old, now] = [before.split("\n"), withRoute(before, FILE, "chat", route).split("\n")];
  return [old.filter((line) => !now.includes(line)), now.filter((line) => !old.includes(line))];
}

describe("withRoute", () => {
  it("changes a route on one line, and keeps its comment", () => {
    const before = file("      route: { stable: r1 } # since May");
    assert.deepEqual(changes(before, CANARY), [
      ["      route: { stable: r1 } # since May"],
      ["      route: { stable: r1, canary: { release: r2, weight: 5 } } # since May"],
    ]);
    const canary = withRoute(before, FILE, "chat", CANARY);
    assert.deepEqual(changes(canary, { stable: "r1", canary: { release: "r2", weight: 25 } })[1], [
      "      route: { stable: r1, canary: { release: r2, weight: 25 } } # since May",
    ]);
    assert.equal(withRoute(canary, FILE, "chat", STABLE), before);
  });

  it("changes a route on lines of its own, and keeps the comments of what stays", () => {
    const block = [
      "      route:",
      "        # the one that all have",
      "        stable: r1 # since May",
      "        canary:",
      "          release: r2",
      "          weight: 5 # for a day",
      "          bounds: { ttftRatio: 2 }",
    ].join("\n");
    const bounds = { ttftRatio: 2 };
    assert.deepEqual(changes(file(block), { stable: "r1", canary: { release: "r2", weight: 25, bounds } }), [
      ["          weight: 5 # for a day"],
      ["          weight: 25 # for a day"],
    ]);
    assert.deepEqual(changes(file(block), TAKEN), [
      ["        stable: r1 # since May", ...block.split("\n").slice(3)],
      ["        stable: r2 # since May", "        previous: r1"],
    ]);
  });

  it("keeps line ends as they are", () => {
    const before = file("      route:\n        stable: r1").replaceAll("\n", "\r\n");
    const after = withRoute(before, FILE, "chat", SHADOW);
    assert.equal(
      after,
      before.replace("stable: r1\r\n", "stable: r1\r\n        shadow: { release: r2, percent: 10 }\r\n"),
    );
  });

  it("changes the last line of a file that does not end", () => {
    const before = "config:\n  vllm:models:\n    chat:\n      route:\n        stable: r1";
    assert.equal(withRoute(before, FILE, "chat", TAKEN), `${before.replace("r1", "r2")}\n        previous: r1`);
  });

  it("quotes a reason that has signs of YAML's own", () => {
    const route = { ...CANARY, reason: 'a: b # "c"' };
    const after = withRoute(file("      route: { stable: r1 }"), FILE, "chat", route);
    assert.deepEqual(routeIn(after, FILE, "chat"), route);
  });

  it("takes a key without the project's name, as Pulumi does", () => {
    const before = file("      route: { stable: r1 }").replace("vllm:models", "models");
    assert.deepEqual(routeIn(withRoute(before, FILE, "chat", TAKEN), FILE, "chat"), TAKEN);
  });

  for (const [what, chat, rest, message] of [
    ["an alias", "      route: *shared", "", "comes by the alias *shared, which others use, too: write it out here"],
    [
      "a merge key",
      "      route: { <<: *shared, stable: r1 }",
      "",
      "takes keys of another object (<<): write them out here",
    ],
    [
      "an anchor that others use",
      "      route: &own { stable: r1 }",
      "    other: { route: *own }\n",
      "is used elsewhere in the file by an anchor, so this step would change other models, too: write the route out",
    ],
    [
      "a model that comes by a merge key",
      "      <<: *model",
      "",
      "is not written out there, but comes from elsewhere: write it out as an object of its own",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      const before = `${file(chat, rest)}`.replace(
        "# The stack.\nconfig:",
        "config:\n  other:a: &shared { stable: r1 }\n  other:b: &model { route: { stable: r1 } }",
      );
      assert.throws(() => withRoute(before, FILE, "chat", CANARY), {
        message: `vllm:models.chat.route: ${message}`,
      });
    });
  }

  it("makes every route of every other, in both styles, and touches nothing else", () => {
    const name = fc.constantFrom("r1", "r2", "null", "yes");
    const route = fc.record(
      {
        stable: name,
        canary: fc.record({ release: name, weight: fc.integer({ min: 0, max: 99 }) }),
        shadow: fc.record({ release: name, percent: fc.integer({ min: 0, max: 100 }) }),
        previous: name,
        reason: fc.string({ minLength: 1, maxLength: 12, unit: "grapheme-ascii" }),
      },
      { requiredKeys: ["stable"] },
    );
    const written = (value: object, isFlow: boolean): string =>
      isFlow
        ? `      route: ${JSON.stringify(value)} # r`
        : [
            "      route: # r",
            ...Object.entries(value).map(([key, one]) => `        ${key}: ${JSON.stringify(one)} # k`),
          ].join("\n");
    fc.assert(
      fc.property(route, route, fc.boolean(), (from, wanted, isFlow) => {
        // Without the property's own prototypes.
        const to = JSON.parse(JSON.stringify(wanted)) as Route;
        const before = file(written(from, isFlow), "    # end\n");
        const after = withRoute(before, FILE, "chat", to);
        const rest = (text: string) => {
          const value = parse(text) as { config: { "vllm:models": { chat: { route?: object } } } };
          const { chat } = value.config["vllm:models"];
          const got = chat.route;
          delete chat.route;
          return { got, value };
        };
        assert.deepEqual(rest(after).got, to);
        assert.deepEqual(rest(after).value, rest(before).value);
        for (const comment of ["# The stack.", "# encrypted", "# odd   spaces", "# end"])
          assert.ok(after.includes(comment));
      }),
    );
  });
});
