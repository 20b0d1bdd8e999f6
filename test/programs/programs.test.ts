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
import ast, pathlib
result = []
for name in given["files"]:
    text = pathlib.Path(given["folder"], name).read_text()
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

  it("are of Python 3.10, its standard library, the hub's client, and the parser of the vLLM that runs a batch", async () => {
    assert.deepEqual(await python(IMPORTS, { folder: FOLDER, files: ALL }), [
      "batch_check.py: vllm.entrypoints.launchers.run_batch",
      "batch_check.py: vllm.entrypoints.openai.run_batch",
      "hub.py: huggingface_hub",
      "hub.py: huggingface_hub.errors",
    ]);
  });
});
