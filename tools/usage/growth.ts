/** How much counters grew over a time, from the most that each hour had of them. */

/** Values of one series by moment, in seconds, earliest first. */
export type Samples = readonly (readonly [time: number, value: number])[];

/**
 * Growth of one series. A value below the one before begins anew: the proxy's process was started again. A series that begins later than
 * the data is a proxy that began with 0, and counts whole; one that is there when the data begin has counted before.
 *
 * `increase` would not do: it takes the first value as a start, and stretches what it sees to the whole range.
 *
 * @param begins the first moment that has data
 * @param since growth up to this moment is not counted
 */
export function growth(samples: Samples, begins: number, since: number): number {
  let [sum, before] = [0, undefined as number | undefined];
  for (const [time, value] of samples) {
    const grown = before === undefined ? (time <= begins ? 0 : value) : value < before ? value : value - before;
    if (time > since) sum += grown;
    before = value;
  }
  return sum;
}
