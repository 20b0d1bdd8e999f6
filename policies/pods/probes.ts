/**
 * Probes as the kubelet runs them.
 * Source, with the defaults: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
 */
import { at, fields, isSet, isStated, number, strings } from "../read/values.js";

const HANDLERS = ["httpGet", "exec", "tcpSocket", "grpc"];
/** Commands that find nothing out. */
const ALWAYS_TRUE = /^((\/\S*\/)?(ba)?sh -c )?((\/\S*\/)?true|:|exit 0|(\/\S*\/)?echo\b[^|;&]*)$/;

/** Why a probe is none; `undefined` for one that asks something. */
export function faultOfProbe(probe: unknown): "missing" | "no handler" | "always passes" | undefined {
  if (!isSet(probe)) return "missing";
  const handler = HANDLERS.find((key) => isStated(probe, key));
  if (handler === undefined) return "no handler";
  if (handler !== "exec") return undefined;
  return ALWAYS_TRUE.test(
    strings(at(probe, "exec", "command"))
      .join(" ")
      .trim(),
  )
    ? "always passes"
    : undefined;
}

/** Seconds from the container's start to the last failure that a probe allows; `undefined` where it is no number. */
export function budgetOf(probe: unknown): number | undefined {
  const { initialDelaySeconds, periodSeconds, failureThreshold } = fields(probe);
  const delay = number(initialDelaySeconds ?? 0);
  // Kubernetes takes its defaults for zeros, too.
  const period = number(periodSeconds ?? 10);
  const failures = number(failureThreshold ?? 3);
  if (delay === undefined || period === undefined || failures === undefined) return undefined;
  return delay + (period || 10) * (failures || 3);
}
