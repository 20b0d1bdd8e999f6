/** How the weights of one module are stored. */
import { type Precision, PRECISIONS } from "../../../facts/precisions.js";

export interface Scheme {
  precision: Precision;
  /** Bits a weight, scales and zero points included. */
  bits: number;
}

/** A precision in its usual form. */
export function usual(precision: Precision): Scheme {
  return { precision, bits: PRECISIONS[precision].linearBits };
}

interface Grouped {
  bits: number;
  /** Weights of one scale; 0 or less for a scale a row, which is below what is counted. */
  groupSize: number;
  /** @default false */
  hasZeroPoints?: boolean;
  /** What 4-bit weights of this kind are called. */
  fourBits: Precision;
}

/** Whole numbers of 8 bits or fewer in groups, each with a 16-bit scale. */
export function integers({ bits, groupSize, hasZeroPoints = false, fourBits }: Grouped): Scheme {
  const ofGroup = 16 + (hasZeroPoints ? bits : 0);
  return { precision: bits === 8 ? "int8" : fourBits, bits: bits + (groupSize > 0 ? ofGroup / groupSize : 0) };
}

/** Floats in 8 or 4 bits; `undefined` for others. Small groups are those of microscaling, with an 8-bit scale. */
export function floats(bits: number, groupSize: number | undefined): Scheme | undefined {
  if (bits === 8) return usual(groupSize === 32 ? "mxfp8" : "fp8");
  if (bits === 4) return usual(groupSize === 32 ? "mxfp4" : "nvfp4");
  return undefined;
}
