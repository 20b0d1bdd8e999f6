/**
 * Series for Prometheus' remote write receiver: protobuf, in Snappy's framing of literals alone.
 *
 * Sources, read 2026-11-26: https://prometheus.io/docs/specs/prw/remote_write_spec/,
 * https://github.com/google/snappy/blob/main/format_description.txt
 */

/** A series with its samples, times in milliseconds. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  samples: readonly (readonly [time: number, value: number])[];
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  // Times have more bits than the shifts of JavaScript.
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

function tag(field: number, type: number): number {
  return (field << 3) | type;
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag(field, BYTES), ...varint(content.length)]), content]);
}

function label(name: string, value: string): Buffer {
  return bytes(1, Buffer.concat([bytes(1, Buffer.from(name)), bytes(2, Buffer.from(value))]));
}

function sample(time: number, value: number): Buffer {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  return bytes(2, Buffer.from([tag(1, FIXED64), ...double, tag(2, VARINT), ...varint(time)]));
}

/** A `WriteRequest`. */
export function writeRequest(series: readonly Series[]): Buffer {
  return Buffer.concat(
    series.map(({ labels, samples }) =>
      bytes(
        1,
        Buffer.concat([
          ...Object.entries(labels)
            .filter(([, value]) => value !== "")
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => label(name, value)),
          ...samples.map(([time, value]) => sample(time, value)),
        ]),
      ),
    ),
  );
}

/** Most bytes of a literal whose length takes two bytes. */
const LITERAL = 0x10000;
const TWO_BYTE_LENGTH = 61 << 2;

/** Content in Snappy's block format, not compressed. */
export function snappy(content: Buffer): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Buffer.from(varint(content.length))];
  for (let at = 0; at < content.length; at += LITERAL) {
    const literal = content.subarray(at, at + LITERAL);
    const length = literal.length - 1;
    parts.push(Buffer.from([TWO_BYTE_LENGTH, length & 0xff, length >> 8]), literal);
  }
  return new Uint8Array(Buffer.concat(parts));
}
