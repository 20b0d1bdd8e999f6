/** A metric that rules, dashboards or queries read. */
export interface Metric {
  /** As it is queried; a histogram without `_bucket`, `_sum` and `_count`. */
  name: string;
  kind: "gauge" | "counter" | "histogram";
  /** Its own labels, without those of the scrape, and without `le`. */
  labels: readonly string[];
  /** Version of its program that brought it. @default older than any that is supported */
  since?: string;
}
