/** The programs as text, and what they are written in. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { programs } from "../../components/programs/programs.js";
import { PROJECT } from "../tools/folders.js";
import { needsPython } from "./needs.js";
import { python } from "./python.js";

const FOLDER = join(PROJECT, "components", "programs");

const ALL = readdirSync(FOLDER).filter((name) => name.endsWith(".py"));

/** Imports of a file, wherever they are, that are neither of this folder nor of the standard library. */
const IMPORTS = `
import ast
result = []
for name, text in given["files"].items():
    for node in ast.walk(ast.parse(text, name, feature_version=(3, 10))):
        names = [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in getattr(node, "names", [])] if isinstance(node, ast.Import) else []
        result += [f"{name}: {one}" for one in names if one.split(".")[0] not in sys.stdlib_module_names and one + ".py" not in given["files"]]
`;

describe("the programs", () => {
  needsPython();

  it("come with all that they import of the folder, and with nothing else", () => {
    assert.deepEqual(Object.keys(programs("signing.py")), ["signing.py"]);
    const files = Object.keys(programs("wait.py"));
    for (const file of ["wait.py", "manifest.py", "layout.py", "places.py", "s3.py", "web.py", "program.py"]) {
      assert.ok(files.includes(file), file);
    }
    assert.ok(!files.includes("hub.py"));
    assert.ok(Object.keys(programs("fill.py", "prune.py")).includes("hub.py"));
  });

  it("fit into a ConfigMap together", () => {
    const bytes = Buffer.byteLength(JSON.stringify(programs(...ALL)));
    assert.ok(bytes < 512 * 1024, `${bytes} bytes`);
  });

  it("are of Python 3.10, its standard library, and the hub's client", async () => {
    assert.deepEqual(await python(IMPORTS, { files: programs(...ALL) }), [
      "hub.py: huggingface_hub",
      "hub.py: huggingface_hub.errors",
    ]);
  });
});
