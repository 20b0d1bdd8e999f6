import assert from "node:assert/strict";

import { checkNeededFlags } from "../../../components/checks/flags/neededFlags.js";
import { lines } from "../../contract/fixtures.js";

type Values = Record<string, string | number | boolean>;

const flags = (values: Values): Record<string, { value: string | number | boolean }> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

describe("checkNeededFlags", () => {
  const refused: Array<[values: Values, problem: string]> = [
    [
      { "enable-log-outputs": true, "enable-log-requests": false },
      "flags.enable-log-outputs: needs enable-log-requests: set it to true, or leave this out",
    ],
    [
      { "enable-per-request-metrics": true, "disable-log-stats": true },
      "flags.enable-per-request-metrics: needs statistics: leave disable-log-stats out",
    ],
    [{ "sse-keep-alive-interval": -1 }, "flags.sse-keep-alive-interval.value: -1 is negative: use 0 or more seconds"],
    [
      { "chat-template": "/templates/chat.jinja" },
      "flags.chat-template.value: names a file, and none is mounted: set chatTemplate of the release",
    ],
  ];
  for (const [values, problem] of refused) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      assert.deepEqual(lines(checkNeededFlags(flags(values), "flags")), [`error ${problem}`]);
    });
  }

  const taken: Values[] = [
    { "enable-log-outputs": true, "enable-log-requests": true },
    { "enable-per-request-metrics": true },
    { "sse-keep-alive-interval": 0 },
    { "chat-template": "{{ messages[0].content }}" },
  ];
  for (const values of taken) {
    it(`takes ${JSON.stringify(values)}`, () => assert.deepEqual(checkNeededFlags(flags(values), "flags"), []));
  }
});
