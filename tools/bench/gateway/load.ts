/** What is asked of a way to the stand-in, and what is measured of it. */

/** A way to the stand-in. */
export interface Way {
  address: string;
  port: number;
  /** Host and authority of its certificate. @default no TLS */
  tls?: { host: string; authority: string };
  key?: string;
}

/** So many requests at once, each after the other, for a while. */
export interface Load {
  atOnce: number;
  bodyBytes: number;
  isStream: boolean;
  seconds: number;
}

/** Milliseconds. */
export interface Measured {
  count: number;
  failed: string[];
  /** From the request to the first part of the answer's body. */
  first: Percentiles;
  /** Of a stream: from a token's leaving the stand-in to its coming to the client. Else the whole request. */
  each: Percentiles;
}

export interface Percentiles {
  p50: number;
  p99: number;
}

/** Tokens of a stream, and milliseconds from one to the next. */
export const STREAM = { tokens: 30, gapMs: 100 };

/** @param values in any order */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
