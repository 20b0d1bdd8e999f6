/** Numbers and times as Grafana writes them, by the units that the dashboards use. */

function rounded(value: number, decimals?: number): string {
  const places = decimals ?? (Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  return value.toFixed(places);
}

function short(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${rounded(value / 1e6, decimals)} Mil`;
  if (size >= 1e3) return `${rounded(value / 1e3, decimals)} K`;
  return rounded(value, decimals);
}

function seconds(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 1) return `${rounded(value * 1000, size < 0.01 ? decimals : 0)} ms`;
  if (size < 120) return `${rounded(value, decimals)} s`;
  return `${rounded(value / 60, decimals)} min`;
}

/** @param unit by Grafana's name */
export function format(value: number, unit = "none", decimals?: number): string {
  switch (unit) {
    case "s":
      return seconds(value, decimals);
    case "percentunit":
      return `${rounded(value * 100, decimals)}%`;
    case "percent":
      return `${rounded(value, decimals)}%`;
    case "reqps":
      return `${short(value, decimals)} req/s`;
    case "cps":
      return `${short(value, decimals)} c/s`;
    case "currencyUSD":
      return `$${short(value, decimals ?? 2)}`;
    case "celsius":
      return `${rounded(value, decimals)} °C`;
    case "watt":
      return value >= 1000 ? `${rounded(value / 1000, decimals)} kW` : `${rounded(value, decimals)} W`;
    case "short":
      return short(value, decimals);
    case "dateTimeAsIso":
      return new Date(value).toISOString().slice(0, 16).replace("T", " ");
    default:
      return rounded(value, decimals);
  }
}

/** A time in seconds as `14:05`, in UTC. */
export function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(11, 16);
}
