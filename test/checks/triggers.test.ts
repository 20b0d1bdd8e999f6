import assert from "node:assert/strict";

import { resolveModels } from "../../components/checks/resolve.js";
import { formatProblem } from "../../components/config/problems.js";
import { type Config, modelConfig } from "../serving/fixtures.js";

const told = (autoscaling: Config): string[] =>
  resolveModels({ chat: modelConfig({ autoscaling: { max: 4, ...autoscaling } }) }, "m").problems.map(formatProblem);
const AT = "m.chat.autoscaling";
const trigger = (metadata: object, type = "prometheus") => ({ triggers: { own: { type, metadata, reason: "r" } } });

describe("checkOwnScaling", () => {
  it("takes a trigger, a behaviour and a fallback of the config's own", () => {
    const policies = [{ type: "Pods", value: 1, periodSeconds: 60 }];
    assert.deepEqual(
      told({
        ...trigger({ query: "sum(queue)", threshold: "5" }),
        behavior: { scaleDown: { policies }, reason: "r" },
        fallback: { replicas: 4, reason: "r" },
      }),
      [],
    );
  });

  it("refuses the names of derived triggers", () => {
    const own = { type: "cron", metadata: {}, reason: "r" };
    for (const name of ["in-flight", "waiting", "kv-cache", "activation"]) {
      assert.match(
        told({ triggers: { [name]: own } }).join(),
        new RegExp(`^${AT}\\.triggers\\.${name}: .* is derived`),
      );
    }
  });

  it("refuses CPU and memory, which follow no load", () => {
    for (const type of ["cpu", "memory"]) {
      assert.match(
        told(trigger({ value: "60" }, type)).join(),
        new RegExp(`^${AT}\\.triggers\\.own\\.type: "${type}"`),
      );
    }
  });

  it("wants one series and a threshold of each query, and loss of metrics to be an error", () => {
    const paths = told(trigger({ query: "scalar(x)", threshold: "0", ignoreNullValues: "true", unsafeSsl: "true" }));
    assert.deepEqual(
      paths.map((line) => line.split(": ")[0]),
      ["query", "threshold", "ignoreNullValues", "unsafeSsl"].map((key) => `${AT}.triggers.own.metadata.${key}`),
    );
    assert.match(told(trigger({ threshold: "1" })).join(), /metadata\.query: is missing/);
    for (const query of ["5", " 1 + 2", "time()", "pi()", "# a comment\ntime()"]) {
      assert.match(told(trigger({ query, threshold: "1" })).join(), /is a number and no vector/, query);
    }
    for (const query of ["", "  ", "# a comment"]) {
      assert.match(told(trigger({ query, threshold: "1" })).join(), /metadata\.query: is missing/, query);
    }
    assert.match(told(trigger({ query: "up[5m]", threshold: "1" })).join(), /is a range and no instant vector/);
  });

  it("lets no query out of the sum that makes it one series", () => {
    for (const query of ["up) or vector(1", "up) by (pod", "up\n)\n#(", "(up", "up)", "up{a='('})"]) {
      assert.match(told(trigger({ query, threshold: "1" })).join(), /parentheses that do not match/, query);
    }
    for (const query of ['up{a=")"}', "up{a=`)`}", "up{a='\\')'}", "up # :-)", "sum by (pod) (up)"]) {
      assert.deepEqual(told(trigger({ query, threshold: "1" })), [], query);
    }
  });

  it("takes thresholds as KEDA reads them", () => {
    for (const threshold of ["0x10", " 5", "Infinity", "1e999", "5%", "-1"]) {
      assert.match(
        told(trigger({ query: "up", threshold })).join(),
        /metadata\.threshold: .* is no threshold/,
        threshold,
      );
    }
    const activation = trigger({ query: "up", threshold: "0.5", activationThreshold: "some" });
    assert.match(told(activation).join(), /metadata\.activationThreshold: "some" is no threshold/);
    assert.deepEqual(told(trigger({ query: "up", threshold: "0.5", activationThreshold: "0" })), []);
  });

  it("wants credentials in a TriggerAuthentication, and shows none", () => {
    const found = told(trigger({ connection: "amqp://user:s3cret@host" }, "rabbitmq")).join();
    assert.match(found, /triggers\.own\.metadata\.connection: holds what looks like a password.*authenticationRef$/);
    assert.doesNotMatch(found, /s3cret/);
  });

  it("wants a fallback within the bounds, and bounds that differ", () => {
    assert.match(
      told({ min: 2, fallback: { replicas: 1, reason: "r" } }).join(),
      /fallback\.replicas: 1 is not within/,
    );
    assert.match(told({ min: 4, fallback: { replicas: 4, reason: "r" } }).join(), /fallback: has no effect/);
  });
});
