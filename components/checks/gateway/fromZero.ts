/** Checks of how a model at zero replicas answers its first requests. */
import { joinPath } from "../../config/parse.js";
import { given } from "../../config/parts.js";
import { error, type Problem, warning } from "../../config/problems.js";
import { fromZeroOf } from "../../derive/gateway/fromZero.js";
import type { ServedModel } from "../../derive/servedModel.js";
import type { GatewaySurroundings } from "./surroundings.js";

export function checkFromZero({ gateway, models, modelsPath }: GatewaySurroundings): Problem[] {
  return models.flatMap((model) => {
    const at = joinPath(modelsPath, [model.name]);
    return [
      ...checkActivation(model, at),
      ...given([gateway.protection.requestSeconds], (shared) =>
        checkHold(model, `${at}.gateway`, model.gateway?.protection?.requestSeconds ?? shared),
      ),
    ];
  });
}

/** What wakes the model follows from it. */
function checkActivation({ gateway, autoscaling }: ServedModel, path: string): Problem[] {
  if (gateway?.fromZero === undefined || autoscaling.activation === undefined) return [];
  const message = "is what gateway.fromZero makes of the gateway's own requests: leave out one of them";
  return [error(`${path}.autoscaling.activation`, message)];
}

/** @param requestSeconds the longest time of a request of the model, its wait included */
function checkHold({ gateway, releases, route }: ServedModel, path: string, requestSeconds: number): Problem[] {
  const stable = releases.get(route.stable);
  const wake = stable && fromZeroOf(gateway, stable);
  if (wake?.answer !== "hold") return [];
  const { expectedSeconds, holdSeconds } = wake;
  const at = `${path}.fromZero.holdSeconds`;
  const longer = `set protection.requestSeconds of the model or the gateway to more, or fromZero.answer to retry`;
  return [
    ...(holdSeconds >= requestSeconds
      ? [
          error(
            at,
            `${holdSeconds}${gateway?.fromZero?.holdSeconds === undefined ? ", the default," : ""} is not less than requestSeconds ${requestSeconds}, ` +
              `which ends the request first: ${longer}`,
          ),
        ]
      : []),
    ...(holdSeconds < expectedSeconds
      ? [
          warning(
            at,
            `${holdSeconds} is less than the start is expected to take, which is ${expectedSeconds} s: held requests end with 503 before it`,
          ),
        ]
      : []),
    ...(gateway?.sticky === "session"
      ? [
          error(
            `${path}.sticky`,
            "does not go with fromZero.answer hold: held requests go by the Service, which knows no session. Leave one of them out",
          ),
        ]
      : []),
  ];
}
