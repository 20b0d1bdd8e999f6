/** What can be said of a PromQL expression without a parser of it. https://prometheus.io/docs/prometheus/latest/querying/basics/ */

/** Texts in any of the three quotes, of which a backquote knows no escape; and comments, which end with their line. */
const TEXTS_AND_COMMENTS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#.*/g;

/** An expression with its texts empty and without comments. */
export function withoutTexts(query: string): string {
  return query.replace(TEXTS_AND_COMMENTS, (found) => (found.startsWith("#") ? "" : '""')).trim();
}

/** Whether every parenthesis is closed, and none that was opened outside: within `sum(…)` it then stays one argument. */
export function isBalanced(query: string): boolean {
  let depth = 0;
  for (const sign of withoutTexts(query)) {
    if (sign === "(") depth += 1;
    if (sign === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
