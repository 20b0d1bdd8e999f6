/** Availability zones and what they offer. */

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
