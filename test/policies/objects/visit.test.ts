import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { type Path, pathText } from "../../../policies/objects/path.js";
import { visitObjects } from "../../../policies/objects/visit.js";
import type { Fields } from "../../../policies/read/values.js";

/** What the engine wraps properties in, exported and left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: object) => object;
  unknownStringValue: string;
};

function visited(value: object, goesInto: (object: Fields, path: Path) => boolean = () => true): string[] {
  const paths: string[] = [];
  visitObjects(value, (object, path) => {
    paths.push(pathText(path));
    return goesInto(object, path);
  });
  return paths;
}

describe("visitObjects", () => {
  it("visits objects at every depth, and no list or text", () => {
    assert.deepEqual(visited({ a: { b: [{ c: 1 }, "d", [{ e: null }]] }, f: "g" }), ["", "a", "a.b[0]", "a.b[2][0]"]);
  });

  it("stays out of what the visitor is not to see", () => {
    assert.deepEqual(
      visited({ a: { b: {} }, c: { d: {} } }, (_, path) => path.at(-1) !== "a"),
      ["", "a", "c", "c.d"],
    );
  });

  it("reads no value that is not known yet, and visits the rest where the visitor does", () => {
    const guarded = unknownCheckingProxy({ a: unknownStringValue, b: { c: unknownStringValue }, d: { e: {} } });
    assert.deepEqual(visited(guarded), ["", "b", "d", "d.e"]);
    const paths: string[] = [];
    const read = (object: Fields, path: Path) => {
      paths.push(pathText(path));
      return object["c"] === undefined;
    };
    assert.throws(() => visitObjects(guarded, read), /can't be known during preview/);
    assert.deepEqual(paths, ["", "b", "d", "d.e"]);
  });

  it("ends in what holds itself", () => {
    const endless: { self?: object } = {};
    endless.self = endless;
    assert.ok(visited(endless).length < 100);
  });
});
