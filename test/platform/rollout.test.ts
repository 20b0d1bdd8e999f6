import assert from "node:assert/strict";

import fc from "fast-check";

import { DAEMON_ROLLING_UPDATE, rolloutSeconds } from "../../components/platform/rollout.js";

/** How often a DaemonSet stops a share of its pods, rounded up, until all are replaced. */
function replayed(nodes: number): number {
  const share = Number.parseInt(DAEMON_ROLLING_UPDATE.maxUnavailable, 10) / 100;
  let waves = 0;
  for (let left = nodes; left > 0; left -= Math.ceil(nodes * share)) waves++;
  return waves;
}

describe("rolloutSeconds", () => {
  it("is the time to stop, to wait and to be probed, for every wave", () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(600), (nodes, delay) => {
        assert.equal(rolloutSeconds(delay, nodes), replayed(nodes) * (30 + delay + 10));
      }),
    );
  });

  it("is at most that of four waves, which it is where the nodes are not known", () => {
    assert.equal(rolloutSeconds(45), 340);
    fc.assert(
      fc.property(fc.nat(), (nodes) => {
        assert.ok(rolloutSeconds(45, nodes) <= rolloutSeconds(45));
      }),
    );
  });
});
