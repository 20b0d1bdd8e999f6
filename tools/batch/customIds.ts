/** The custom_ids of an input so far, and the line of each, in 12 to 24 bytes for each of them. */
import { hash } from "node:crypto";

const FIRST_SLOTS = 1 << 12;

/**
 * A table of 64-bit hashes: ten million custom_ids as texts would take a gigabyte. Among so many, two that differ have the same
 * hash with a probability of 3e-6.
 */
export class CustomIds {
  private count = 0;
  private hashes = new BigUint64Array(FIRST_SLOTS);
  private lines = new Uint32Array(FIRST_SLOTS);

  /** Line that had this custom_id before; `undefined` for a new one, which is kept. */
  add(customId: string, line: number): number | undefined {
    // A free slot is 0.
    const value = hash("md5", customId, "buffer").readBigUInt64LE() || 1n;
    const slot = this.slotOf(value);
    if (this.hashes[slot] !== 0n) return this.lines[slot];
    this.hashes[slot] = value;
    this.lines[slot] = line;
    this.count += 1;
    if (this.count * 3 > this.hashes.length * 2) this.grow();
    return undefined;
  }

  private slotOf(value: bigint): number {
    const mask = this.hashes.length - 1;
    let slot = Number(value & BigInt(mask));
    while (this.hashes[slot] !== 0n && this.hashes[slot] !== value) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { hashes, lines } = this;
    this.hashes = new BigUint64Array(2 * hashes.length);
    this.lines = new Uint32Array(2 * lines.length);
    hashes.forEach((value, index) => {
      if (value === 0n) return;
      const slot = this.slotOf(value);
      this.hashes[slot] = value;
      this.lines[slot] = lines[index]!;
    });
  }
}
