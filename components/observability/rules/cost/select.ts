/** Selectors with conditions that are no equality. */
import { type Matchers, selector } from "../../promql.js";

/** @param conditions as PromQL writes them, such as `node!=""` */
export function selecting(matchers: Matchers, ...conditions: readonly string[]): string {
  return `${selector(matchers).slice(0, -1)},${conditions.join(",")}}`;
}
