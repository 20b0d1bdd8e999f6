import assert from "node:assert/strict";

import fc from "fast-check";

import { livenessProbe, readinessProbe, startupProbe } from "../../components/engine/probes.js";
import { contractOf } from "../serving/fixtures.js";

const HEALTH = { path: "/health", port: "http" };

describe("startupProbe", () => {
  it("asks for health as often as the contract's budget allows", () => {
    assert.deepEqual(startupProbe(contractOf({ startupSeconds: 455 })), {
      httpGet: HEALTH,
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 46,
    });
  });

  it("never gives less than the budget, nor a whole period more", () => {
    const contract = contractOf();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7200 }), (startupSeconds) => {
        const { periodSeconds, failureThreshold } = startupProbe({ ...contract, startupSeconds });
        const budget = Number(periodSeconds) * Number(failureThreshold);
        assert.ok(budget >= startupSeconds && budget < startupSeconds + Number(periodSeconds));
      }),
    );
  });
});

describe("readinessProbe", () => {
  it("takes a silent replica out of the Service within a quarter of a minute", () => {
    assert.deepEqual(readinessProbe(), { httpGet: HEALTH, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 });
  });
});

describe("livenessProbe", () => {
  it("restarts a server only after a minute of silence", () => {
    assert.deepEqual(livenessProbe(), { httpGet: HEALTH, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 });
  });

  it("gives up later than readiness, so that a slow server is spared before it is killed", () => {
    const seconds = ({ periodSeconds, failureThreshold }: ReturnType<typeof livenessProbe>): number =>
      Number(periodSeconds) * Number(failureThreshold);
    assert.ok(seconds(livenessProbe()) > 2 * seconds(readinessProbe()));
  });
});
