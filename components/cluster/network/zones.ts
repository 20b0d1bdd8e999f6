/** Availability zones and what they offer. */
import { quote } from "../../config/problems.js";
import type { BuiltNodeGroup } from "../schema.js";

/**
 * Zones that offer all of the instance types.
 *
 * @param types instance types of AWS' answer, one for each offer
 * @param locations the zones of the same offers
 */
export function offeringAll(
  wanted: readonly string[],
  types: readonly string[],
  locations: readonly string[],
): string[] {
  const byZone = new Map<string, Set<string>>();
  locations.forEach((zone, index) => byZone.set(zone, (byZone.get(zone) ?? new Set()).add(types[index]!)));
  return [...byZone]
    .filter(([, offered]) => wanted.every((type) => offered.has(type)))
    .map(([zone]) => zone)
    .sort();
}

/** What decides the zones of a group's nodes; of the system's, its instance types alone. */
export type ZonedGroup = Pick<BuiltNodeGroup, "instanceTypes" | "reservation" | "zones">;

/** Zones of the config: how many there are, whether they are named or counted. */
export function countZones({
  zones,
  additionalZones,
}: {
  zones: number | readonly string[];
  additionalZones: readonly string[];
}): number {
  return (typeof zones === "number" ? zones : zones.length) + additionalZones.length;
}

/** What is wrong with zones that the cluster has no subnets in. */
export function notOfCluster(strangers: readonly string[], ofCluster: readonly string[]): string {
  const named = strangers.map((zone) => quote(zone)).join(", ");
  return `${named} is not one of the cluster's zones (${ofCluster.join(", ")}): name one of those, or add it to network.additionalZones`;
}

/**
 * Zones that a group's nodes go to: all that are stated, else those of the cluster, as far as they offer all of its types.
 *
 * @param stated absent where the config does not say
 * @returns `undefined` where a stated zone, or every zone, does not offer them
 */
export function zonesFor(
  stated: readonly string[] | undefined,
  ofCluster: readonly string[],
  offering: readonly string[],
): string[] | undefined {
  const able = (stated ?? ofCluster).filter((zone) => offering.includes(zone));
  return able.length > 0 && able.length === (stated ?? able).length ? able : undefined;
}

/** Where a group says which zones it is in, and which. */
export function statedZones({ reservation, zones }: ZonedGroup): {
  key: "reservation.zone" | "zones";
  stated?: readonly string[];
} {
  if (reservation !== undefined) return { key: "reservation.zone", stated: [reservation.zone] };
  return { key: "zones", ...(zones !== undefined && { stated: zones }) };
}
