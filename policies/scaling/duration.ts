/** Go's durations: https://pkg.go.dev/time#ParseDuration */

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `1m30s` as 90; `undefined` for what is no duration. */
export function secondsOf(text: string): number | undefined {
  if (/^0+$/.test(text)) return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(?<amount>[\d.]+)(?<unit>ms|s|m|h)/g)].reduce(
    (sum, { groups }) => sum + Number(groups?.["amount"]) * (UNITS[groups?.["unit"] ?? ""] ?? 0),
    0,
  );
}
