/** Numbers of the config as series. */

/** One series: its labels and its value. */
export interface Constant {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** All series in one expression: a rule for each would be thousands of rules for hundreds of models. */
export function constants(rows: readonly Constant[]): string {
  return rows
    .map(({ labels, value }) =>
      Object.entries(labels).reduce(
        (expr, [label, text]) => `label_replace(${expr}, "${label}", ${JSON.stringify(text)}, "", "")`,
        `vector(${value})`,
      ),
    )
    .join("\nor ");
}
