/** Hostile requests as raw bytes, each with an id that tells whose key it had. */
import { connect } from "node:net";
import { ACME, CHAT, GLOBEX } from "./door.js";
import { FRAGMENTS, NAMES, PATHS, SPOOFED } from "./hostile.js";

/** A case: what is written to a connection. */
export interface Hostile {
  kind: string;
  id: string;
  bytes: Buffer;
}

/** Tenant by the part of an id that says whose key the request had; `none` has none that is right. */
export const TENANTS: Record<string, string | undefined> = { A: "acme", G: "globex", N: undefined };

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes hostile requests. */
export class Fuzz {
  private count = 0;
  constructor(private readonly random: () => number) {}

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  private id(who: string): string {
    return `${who}-${(this.count += 1)}`;
  }

  /** Whose key, and its header. */
  private key(): { who: string; header: string } {
    return this.pick([
      { who: "A", header: `authorization: Bearer ${ACME}` },
      { who: "A", header: `x-api-key: ${ACME}` },
      { who: "G", header: `authorization: Bearer ${GLOBEX}` },
      { who: "N", header: "authorization: Bearer sk-wrong" },
      { who: "N", header: `authorization: Bearer ${ACME}x` },
      { who: "N", header: "x-nothing: 1" },
    ]);
  }

  private body(): string {
    const body = JSON.stringify({
      model: this.pick(NAMES),
      messages: [{ role: "user", content: "hi" }],
      max_tokens: 5,
    });
    if (this.random() < 0.6) return body;
    let text = body;
    for (let edits = 1 + Math.floor(this.random() * 3); edits > 0; edits -= 1) {
      const at = Math.floor(this.random() * (text.length + 1));
      text = text.slice(0, at) + this.pick(FRAGMENTS) + text.slice(at + Math.floor(this.random() * 3));
    }
    return this.random() < 0.1 ? text.slice(0, Math.floor(this.random() * text.length)) : text;
  }

  private request(
    id: string,
    keyHeader: string,
    options: { body?: string; more?: string[]; path?: string; method?: string } = {},
  ): string {
    const { body = this.body(), more = [], path = CHAT, method = "POST" } = options;
    const length = `content-length: ${Buffer.byteLength(body)}`;
    const lines = [
      `${method} ${path} HTTP/1.1`,
      "host: door",
      `x-test-id: ${id}`,
      keyHeader,
      "content-type: application/json",
      ...more,
      length,
    ];
    return `${lines.join("\r\n")}\r\n\r\n${body}`;
  }

  private readonly kinds: Record<string, () => { id: string; text: string | Buffer }> = {
    body: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      return { id, text: this.request(id, header) };
    },
    twice: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      const member = this.pick([
        '"model":"small"',
        '"mod\\u0065l":"chat"',
        '"priority":-9',
        '"max_tokens":99999',
        '"n":50',
        '"\\u006d\\u006fdel":"theirs"',
      ]);
      const plain = JSON.stringify({
        model: this.pick(["chat", "small"]),
        messages: [],
        n: 1,
        max_tokens: 5,
        priority: 0,
      });
      const body = this.random() < 0.5 ? `{${member},${plain.slice(1)}` : `${plain.slice(0, -1)},${member}}`;
      return { id, text: this.request(id, header, { body }) };
    },
    bytes: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      const body = Buffer.from(this.body());
      for (let edits = 0; edits < 3; edits += 1)
        if (body.length > 0) body[Math.floor(this.random() * body.length)] = Math.floor(this.random() * 256);
      const head = this.request(id, header, { body: "" }).replace(
        "content-length: 0",
        `content-length: ${body.length}`,
      );
      return { id, text: Buffer.concat([Buffer.from(head), body]) };
    },
    spoofed: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      const more = Array.from({ length: 1 + Math.floor(this.random() * 5) }, () => this.pick(SPOOFED));
      return { id, text: this.request(id, header, { more }) };
    },
    path: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      const method = this.pick(["POST", "POST", "GET", "PUT", "HEAD", "OPTIONS", "TRACE", "CONNECT", "post", "POST\t"]);
      return { id, text: this.request(id, header, { path: this.pick(PATHS), method }) };
    },
    headers: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      const size = 2 ** Math.floor(this.random() * 17);
      const more =
        this.random() < 0.5
          ? [`x-large: ${"a".repeat(size)}`]
          : Array.from({ length: Math.min(size, 400) }, (_, index) => `x-${index}: 1`);
      return { id, text: this.request(id, header, { more }) };
    },
    smuggled: () => {
      const { who, header } = this.key();
      const id = this.id(who);
      const inner = this.request(this.id("N"), "x-nothing: 1", {
        more: [this.pick(SPOOFED)],
        body: '{"model":"chat","messages":[]}',
      });
      const outer = this.body();
      const both = `${outer.length.toString(16)}\r\n${outer}\r\n0\r\n\r\n${inner}`;
      const head = `POST ${CHAT} HTTP/1.1\r\nhost: door\r\nx-test-id: ${id}\r\n${header}\r\ncontent-type: application/json\r\n`;
      return {
        id,
        text:
          head +
          this.pick([
            `content-length: ${Buffer.byteLength(both)}\r\ntransfer-encoding: chunked\r\n\r\n${both}`,
            `transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n${both}`,
            `transfer-encoding: xchunked\r\n\r\n${both}`,
            `transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n${both}`,
            `transfer-encoding:\tchunked\r\n\r\n${both}`,
            `transfer-encoding : chunked\r\n\r\n${both}`,
            `transfer-encoding: chunked\r\n\r\n${both}`,
            `content-length: ${outer.length}\r\ncontent-length: ${outer.length + inner.length}\r\n\r\n${outer}${inner}`,
            `content-length: +${outer.length}\r\n\r\n${outer}${inner}`,
            `content-length: ${outer.length},${outer.length}\r\n\r\n${outer}${inner}`,
            `content-length: 0\r\n\r\n${inner}`,
            `transfer-encoding: chunked\r\n\r\n${outer.length.toString(16)};a=b\r\n${outer}\r\n0\r\nx-vllm-tenant: acme\r\n\r\n${inner}`,
            `transfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\n${outer}\r\n0\r\n\r\n${inner}`,
            `transfer-encoding: chunked\r\n\r\n0x5\r\n${outer}\r\n0\r\n\r\n${inner}`,
            `x-fold: a\r\n x-vllm-tenant: acme\r\ncontent-length: ${outer.length}\r\n\r\n${outer}${inner}`,
            `x-fold: a\r\n\tauthorization: Bearer ${GLOBEX}\r\ncontent-length: ${outer.length}\r\n\r\n${outer}${inner}`,
            `x-bare: a\nx-vllm-tenant: acme\ncontent-length: ${outer.length}\n\n${outer}${inner}`,
            `x-nul: a\u0000b\r\ncontent-length: ${outer.length}\r\n\r\n${outer}${inner}`,
            `x-cr: a\rx-vllm-model: small\r\ncontent-length: ${outer.length}\r\n\r\n${outer}${inner}`,
          ]),
      };
    },
    noise: () => {
      const id = this.id("N");
      const bytes = Buffer.from(this.request(id, "x-nothing: 1"));
      for (let edits = 0; edits < 8; edits += 1)
        bytes[Math.floor(this.random() * bytes.length)] = Math.floor(this.random() * 256);
      return { id, text: bytes };
    },
  };

  next(): Hostile {
    const kind = this.pick(Object.keys(this.kinds));
    const { id, text } = this.kinds[kind]!();
    return { kind, id, bytes: Buffer.isBuffer(text) ? text : Buffer.from(text) };
  }
}

/** Names of a JSON object's own members, each as often as it is there. */
export function ownNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [token, name, colon] of text.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?|[[\]{}]/g)) {
    if (name === undefined) depth += "[{".includes(token) ? 1 : -1;
    else if (depth === 1 && colon !== undefined) names.push(JSON.parse(`"${name}"`) as string);
  }
  return names;
}

/** Writes it to a connection of its own. @returns the status of the first answer, or 0 for none within the time */
export function sendRaw(port: number, { bytes }: Hostile, waitMs: number): Promise<number> {
  return new Promise((done) => {
    const socket = connect({ host: "127.0.0.1", port });
    let got = "";
    const end = (): void => {
      clearTimeout(timer);
      socket.resetAndDestroy();
      done(Number(/^HTTP\/1\.[01] (\d{3})/.exec(got)?.[1] ?? 0));
    };
    const timer = setTimeout(end, waitMs);
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (piece) => {
      got += piece.toString("latin1");
      // Room for the answer to a second request that was smuggled in: it is looked for at the engines.
      if (got.includes("\r\n\r\n")) setTimeout(end, 3);
    });
    socket.on("error", end);
    socket.on("close", end);
  });
}
