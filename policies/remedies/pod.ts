/** Remedies for a pod's spec. Each changes the spec in place, where it has to, and says whether it has. */
import { at, fields, list, text } from "../read/values.js";

/** A spec that may be written: the engine keeps what is known to be secret, and what is not known yet, as it is. */
type Changing = Record<string, unknown>;
export type Remedy = (podSpec: Changing) => boolean;

/** No variables for the Services of the namespace: one named `vllm` would set VLLM_PORT. */
export const serviceLinksOff: Remedy = (podSpec) => set(podSpec, "enableServiceLinks", false);

export const tokenMountOff: Remedy = (podSpec) => set(podSpec, "automountServiceAccountToken", false);

/** RuntimeDefault for the pod, and for each container that states no profile of the node and not RuntimeDefault itself. */
export const seccompDefault: Remedy = (podSpec) => {
  const isOpen = (profile: unknown): boolean =>
    !["RuntimeDefault", "Localhost"].includes(text(at(profile, "type")) ?? "");
  const isStated = (holder: Changing): boolean => at(holder, "securityContext", "seccompProfile") !== undefined;
  const own = containersOf(podSpec).filter(isStated);
  // A pod's profile is for the containers that state none.
  const needsPods = own.length < containersOf(podSpec).length;
  return [...(needsPods ? [podSpec] : []), ...own]
    .filter((holder) => isOpen(at(holder, "securityContext", "seccompProfile")))
    .map((holder) => set(within(holder, "securityContext"), "seccompProfile", { type: "RuntimeDefault" }))
    .some(Boolean);
};

/** All capabilities dropped; those that a container adds stay. */
export const capabilitiesDropped: Remedy = (podSpec) =>
  containersOf(podSpec)
    .filter((container) => !list(at(container, "securityContext", "capabilities", "drop")).includes("ALL"))
    .map((container) => set(within(within(container, "securityContext"), "capabilities"), "drop", ["ALL"]))
    .some(Boolean);

function set(object: Changing, key: string, value: unknown): boolean {
  if (object[key] === value) return false;
  object[key] = value;
  return true;
}

/** The object at a key; one is made where there is none. */
function within(object: Changing, key: string): Changing {
  const found = object[key];
  if (typeof found !== "object" || found === null || Array.isArray(found)) object[key] = {};
  // Read again: the engine's guard is around what stands there.
  return object[key] as Changing;
}

function containersOf(podSpec: Changing): Changing[] {
  return ["initContainers", "containers"]
    .flatMap((key) => list(podSpec[key]))
    .filter((container) => container === fields(container)) as Changing[];
}
