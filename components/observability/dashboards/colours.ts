/** Colours that mean the same on every dashboard; everything else gets its colour by its name. */

/** Of thresholds and states. */
export const STATE = { good: "green", warning: "orange", bad: "red", neutral: "text", off: "#6e7781" } as const;

/** Of lines by their legend. */
export const LINES = {
  p50: "super-light-blue",
  p95: "light-orange",
  p99: "purple",
  target: "dark-red",
  ready: "green",
  wanted: "blue",
  running: "green",
  waiting: "orange",
  input: "light-blue",
  output: "dark-blue",
} as const;
export type Line = keyof typeof LINES;
