/** The custom_ids of an input so far, and the line of each, in 18 to 36 bytes for each of them. */
import { hash } from "node:crypto";

const FIRST_SLOTS = 1 << 12;

/**
 * A table of 64-bit hashes: ten million custom_ids as texts would take a gigabyte. Among so many, two that differ have the same
 * hash with a probability of 3e-6.
 */
export class CustomIds {
  private count = 0;
  private high = new Uint32Array(FIRST_SLOTS);
  private low = new Uint32Array(FIRST_SLOTS);
  /** 0 in a free slot. */
  private lines = new Uint32Array(FIRST_SLOTS);

  /** Line that had this custom_id before; `undefined` for a new one, which is kept. @param line from 1 */
  add(customId: string, line: number): number | undefined {
    const value = hash("md5", customId, "buffer");
    const [high, low] = [value.readUInt32LE(0), value.readUInt32LE(4)];
    const slot = this.slotOf(high, low);
    const before = this.lines[slot]!;
    if (before !== 0) return before;
    this.put(slot, high, low, line);
    this.count += 1;
    if (this.count * 3 > this.lines.length * 2) this.grow();
    return undefined;
  }

  private put(slot: number, high: number, low: number, line: number): void {
    this.high[slot] = high;
    this.low[slot] = low;
    this.lines[slot] = line;
  }

  /** Where it is, or has to go. */
  private slotOf(high: number, low: number): number {
    const mask = this.lines.length - 1;
    let slot = low & mask;
    while (this.lines[slot] !== 0 && !(this.low[slot] === low && this.high[slot] === high)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { high, low, lines } = this;
    const size = 2 * lines.length;
    [this.high, this.low, this.lines] = [new Uint32Array(size), new Uint32Array(size), new Uint32Array(size)];
    lines.forEach((line, index) => {
      if (line !== 0) this.put(this.slotOf(high[index]!, low[index]!), high[index]!, low[index]!, line);
    });
  }
}
