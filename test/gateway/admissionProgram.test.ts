/** The admission program's text, and what docs/gateway-admission.md says of it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REFUSED_PARAMETERS, REFUSED_VALUES, STRIPPED_HEADERS } from "../../components/gateway/admission/parameters.js";
import { admissionProgram } from "../../components/gateway/admission/program.js";
import { admissionContext, type AdmissionTable } from "../../components/gateway/admission/table.js";
import { CLIENT_PATHS, GATEWAY_HEADERS, METADATA } from "../../components/vocabulary/gateway.js";
import { PROJECT } from "../tools/folders.js";

const LUA = join(PROJECT, "components", "gateway", "admission", "lua");
const program = admissionProgram();
const docs = readFileSync(join(PROJECT, "docs", "gateway-admission.md"), "utf8");

/** Cells of the tables of a section. */
function rows(heading: string): string[][] {
  const section = docs.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
  const lines = section.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const TABLE: AdmissionTable = { tenants: {}, names: {}, aliases: {}, models: {} };

describe("the admission program's text", () => {
  it("holds every module once", () => {
    const files = readdirSync(LUA).map((file) => readFileSync(join(LUA, file), "utf8").trimEnd());
    assert.equal(files.length, 13);
    for (const file of files) assert.equal(program.split(file).length, 2, file.slice(0, 60));
  });

  it("holds the shared names of headers, paths and metadata", () => {
    for (const name of [
      ...Object.values(GATEWAY_HEADERS),
      ...Object.values(CLIENT_PATHS).flat(),
      ...STRIPPED_HEADERS,
    ]) {
      assert.ok(program.includes(`"${name}"`), name);
    }
    for (const key of Object.values(METADATA)) assert.match(program, new RegExp(`\\b${key} = `), key);
  });

  it("is the same for every config, and fits an object of Kubernetes", () => {
    assert.equal(admissionProgram(), program);
    assert.ok(program.length < 100_000, String(program.length));
  });

  it("gets its table as text with a version that changes with it", () => {
    const { table, version } = admissionContext(TABLE);
    assert.deepEqual(JSON.parse(table), TABLE);
    assert.match(version, /^[0-9a-f]{16}$/);
    assert.equal(admissionContext({ ...TABLE }).version, version);
    assert.notEqual(admissionContext({ ...TABLE, aliases: { a: [] } }).version, version);
  });
});

describe("docs/gateway-admission.md", () => {
  it("names every parameter that is refused, and why", () => {
    const documented = rows("Parameters that are refused").map(([name, why]) => [name!.replaceAll("`", ""), why]);
    assert.deepEqual(documented, Object.entries({ ...REFUSED_PARAMETERS, ...REFUSED_VALUES }));
  });

  it("names every code of a refusal, with its status where the text tells it", () => {
    const documented = rows("Refusals").flatMap(([status, , codes]) =>
      [...codes!.matchAll(/`([a-z_]+)`/g)].map(([, code]) => ({ status: Number(status), code: code! })),
    );
    const given = [...program.matchAll(/code = "([a-z_]+)"/g), ...program.matchAll(/invalid\(.*"([a-z_]+)"\)/g)];
    const kinds = [...program.matchAll(/^ {2}\[(\d{3})\] = \{ "[a-z_]+", "([a-z_]+)" \}/gm)];
    const codes = new Set([...given.map(([, code]) => code!), ...kinds.map(([, , code]) => code!)]);
    assert.deepEqual([...new Set(documented.map(({ code }) => code))].sort(), [...codes].sort());
    for (const [, status, code] of kinds) {
      assert.ok(
        documented.some((row) => row.status === Number(status) && row.code === code),
        `${status} ${code}`,
      );
    }
  });
});
