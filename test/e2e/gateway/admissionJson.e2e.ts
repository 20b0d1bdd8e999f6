/** The program's JSON reader in Envoy's own Lua, against JavaScript's and Python's: what it takes means to all the same. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Agent, request } from "node:http";
import fc from "fast-check";
import { admissionModules } from "../../../components/gateway/admission/program.js";
import { Door, TABLE, withDoor } from "../../gateway/door.js";

/** Reads a body and tells it again from its nodes, or says why it is refused. */
const READER = `${admissionModules("writing", "scalars", "json")}

local function told(node)
  local parts = {}
  if node.kind == "object" then
    for key, member in pairs(node.members) do
      parts[#parts + 1] = writing.quote(key) .. ":" .. told(member)
    end
    return "{" .. table.concat(parts, ",") .. "}"
  elseif node.kind == "array" then
    for _, item in ipairs(node.items) do
      parts[#parts + 1] = told(item)
    end
    return "[" .. table.concat(parts, ",") .. "]"
  elseif node.kind == "string" then
    return writing.quote(node.value)
  elseif node.kind == "number" then
    return string.format("%.17g", node.value)
  end
  return node.kind
end

function envoy_on_request(handle)
  local body = handle:body()
  local text = body and body:getBytes(0, body:length()) or ""
  local node, wrong = json.read(text, json.everything)
  handle:respond({ [":status"] = node and "200" or "400" }, node and told(node) or wrong)
end
`;

/** Strings of a JSON text that is known to be well formed. */
const STRING = /"(?:[^"\\]|\\.)*"/g;

/** What the program refuses though JavaScript takes it, told from the text alone. */
function refusedOnPurpose(text: string): string | undefined {
  const strings = text.match(STRING) ?? [];
  if (strings.some((string) => /\p{Cs}/u.test(JSON.parse(string) as string))) return "half of a surrogate pair";
  const numbers = text.replace(STRING, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
  if (numbers.some((number) => number.length > 128)) return "a number of more than 128 characters";
  if (numbers.some((number) => !Number.isFinite(Number(number)))) return "a number beyond";
  let [depth, deepest] = [0, 0];
  for (const char of text.replace(STRING, "")) {
    depth += "[{".includes(char) ? 1 : "]}".includes(char) ? -1 : 0;
    deepest = Math.max(deepest, depth);
  }
  if (deepest > 64) return "more than 64 levels";
  const written = text.replace(STRING, "S").match(/S\s*:/g)?.length ?? 0;
  const kept = (value: unknown): number =>
    typeof value !== "object" || value === null
      ? 0
      : Object.values(value).reduce<number>(
          (sum, item) => sum + kept(item),
          Array.isArray(value) ? 0 : Object.keys(value).length,
        );
  return written > kept(JSON.parse(text)) ? "a key twice" : undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

describe("the program's JSON reader", function () {
  const door = withDoor((program) => Door.start(program, { table: { ...TABLE, models: {} }, text: READER }));
  after(() => agent.destroy());

  function read(text: string | Buffer): Promise<{ taken: boolean; said: string }> {
    return new Promise((done, fail) => {
      const options = { host: "127.0.0.1", port: door().port, method: "POST", path: "/", agent };
      const headers = { "content-length": Buffer.byteLength(text), authorization: "Bearer sk-acme-0123456789" };
      const sent = request({ ...options, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          done({ taken: response.statusCode === 200, said: Buffer.concat(parts).toString("utf8") }),
        );
      });
      sent.on("error", fail);
      sent.end(text);
    });
  }

  async function judged(given: string): Promise<void> {
    // As it goes over the wire: half a surrogate pair has no UTF-8.
    const text = Buffer.from(given).toString("utf8");
    const { taken, said } = await read(text);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      assert.equal(taken, false, `taken, though JavaScript refuses it: ${text}`);
      return;
    }
    const reason = refusedOnPurpose(text);
    if (reason === undefined) {
      assert.equal(taken, true, `${said}: ${text}`);
      assert.deepEqual(JSON.parse(said), value);
    } else {
      assert.equal(taken, false, text);
    }
  }

  /** A JSON text with spaces and escapes that no writer would choose. */
  const written = fc
    .tuple(fc.jsonValue({ maxDepth: 5 }), fc.array(fc.nat(6), { minLength: 8, maxLength: 8 }))
    .map(([value, choices]) => {
      let at = 0;
      const choice = (): number => choices[(at += 1) % choices.length]!;
      const space = (): string => ["", "", "", " ", "\n", "\t\r", "  "][choice()]!;
      return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, (token) => {
        if (!token.startsWith('"')) return `${space()}${token}${space()}`;
        if (choice() !== 0) return token;
        const escaped = [...(JSON.parse(token) as string)].flatMap((char) =>
          [...Array(char.length).keys()].map((unit) => `\\u${char.charCodeAt(unit).toString(16).padStart(4, "0")}`),
        );
        return `"${escaped.join("")}"`;
      });
    });

  const FRAGMENTS = [
    ...'"\\{}[],:0-+.eE1 \n\t\u0000\u001f\u007f/ué😀',
    ..."true false null NaN Infinity -Infinity 01 1. .5 1e 1e999 -0 0x1 \\u \\ud800 \\ud83d\\ude00 \\x // /**/ \ufeff".split(
      " ",
    ),
    '"a":1,"a":2',
    '"\\u0061":1,"a":2',
    "9".repeat(130),
    "[".repeat(70),
  ];
  const broken = fc
    .tuple(
      written,
      fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...FRAGMENTS)), { minLength: 1, maxLength: 3 }),
    )
    .map(([text, edits]) =>
      edits.reduce((now, [where, length, fragment]) => {
        const at = where % (now.length + 1);
        return now.slice(0, at) + fragment + now.slice(at + length);
      }, text),
    );

  it("takes what JavaScript takes, with the same value", () =>
    fc.assert(fc.asyncProperty(written, judged), { numRuns: 1000 }));

  it("refuses what JavaScript refuses, and what it refuses on purpose", () =>
    fc.assert(fc.asyncProperty(broken, judged), { numRuns: 3000 }));

  it("reads what it takes as Python's json does, which the engine uses", async function () {
    const python = spawnSync("python3", ["-c", ""]);
    if (python.status !== 0) this.skip();
    const texts = fc.sample(fc.oneof(written, broken), 1500);
    const taken = (await Promise.all(texts.map(async (text) => ({ text, ...(await read(text)) })))).filter(
      (one) => one.taken,
    );
    assert.ok(taken.length > 500);
    const program =
      "import json,sys\nfor line in sys.stdin: print(json.dumps(json.loads(bytes.fromhex(line.strip()))))";
    const input = taken.map(({ text }) => `${Buffer.from(text).toString("hex")}\n`).join("");
    const { stdout, stderr } = spawnSync("python3", ["-c", program], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
    assert.equal(stderr, "");
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, taken.length);
    // Python reads -0 as the whole number 0.
    const plain = (text: string): unknown => JSON.parse(JSON.stringify(JSON.parse(text)));
    for (const [index, line] of lines.entries()) assert.deepEqual(plain(taken[index]!.said), plain(line));
  });

  const refused: [string, string | Buffer, RegExp][] = [
    ["a key twice", '{"model":"a","model":"b"}', /^a key twice in one object \(byte 14\)$/],
    ["a key twice, once escaped", '{"model":"a","mod\\u0065l":"b"}', /^a key twice/],
    ["a key twice, deep down", '[{"a":{"b":1,"b":2}}]', /^a key twice/],
    ["NaN", '{"n":NaN}', /^no value/],
    ["Infinity", "-Infinity", /^no value/],
    ["a number that is infinite", "1e999", /^a number beyond/],
    ["a byte order mark", "\ufeff{}", /^no value/],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le"), /^no key/],
    ["a surrogate in UTF-8", Buffer.from([34, 0xed, 0xa0, 0x80, 34]), /^invalid UTF-8/],
    ["UTF-8 that is longer than needed", Buffer.from([34, 0xc0, 0xaf, 34]), /^invalid UTF-8/],
    ["UTF-8 beyond Unicode", Buffer.from([34, 0xf4, 0x90, 0x80, 0x80, 34]), /^invalid UTF-8/],
    ["UTF-8 that is cut", Buffer.from([34, 0xe2, 0x82, 34]), /^invalid UTF-8/],
    ["half of a surrogate pair", '"\\ud800"', /^half of a surrogate pair/],
    ["65 levels", "[".repeat(65) + "]".repeat(65), /^more than 64 levels/],
    ["something after the value", "{} {}", /^something after/],
    ["a comma at the end", '{"a":1,}', /^no key/],
    ["text without its end", '{"a":"', /^a string without its end/],
  ];
  for (const [what, text, reason] of refused) {
    it(`refuses ${what}`, async () => {
      const { taken, said } = await read(text);
      assert.equal(taken, false);
      assert.match(said, reason);
    });
  }

  it("takes 64 levels", async () => {
    assert.equal((await read("[".repeat(64) + "]".repeat(64))).taken, true);
  });

  it("reads eight megabytes of brackets, keys or text in its stride", async () => {
    const size = 4_000_000;
    const keys = Array.from({ length: 90_000 }, (_, index) => `"k${index}":[{}]`).join(",");
    for (const text of [
      `[${"[],".repeat(size / 3)}[]]`,
      `{${keys}}`,
      `"${"é".repeat(size / 2)}"`,
      `"${"\\n".repeat(size / 2)}"`,
    ]) {
      assert.equal((await read(text)).taken, true);
    }
    assert.equal((await read("[".repeat(size))).taken, false);
  });
});
