import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { binaryName, build } from "../../../tools/local/build.js";
import { familyFolder, type Program, type ProgramName, PROGRAMS } from "../../../tools/local/programs.js";
import { folderWith, removeFolders } from "../folders.js";
import { endedPid } from "./fakes.js";
import { FakeGo, restorePath, withoutPrograms } from "./goPrograms.js";

const BUILDING = "from Go modules; the first time takes a quarter of an hour on two cores.";
const nameOf = (program: ProgramName) => binaryName(PROGRAMS[program]);

const MAIN = "func main() {\n\tRunMetricsServer(ctx)\n}\n";
const UI = '\t"github.com/prometheus/alertmanager/ui"\n';

/** Shell lines of a `go mod download` that gives a module with this main file. */
function module(main: string): string[] {
  const folder = folderWith({
    "cmd/adapter/main.go": main,
    "cmd/alertmanager/main.go": `import (\n${UI})\nfunc main() {\n\tui.Register(router)\n\tserve()\n}\n`,
  });
  return [`[ "$1 $2" = "mod download" ] && { echo '{ "Dir": "${folder}" }'; exit; }`];
}

/** What Go is told to build. */
function sourceOf(bin: string, name: ProgramName, program: Program): string {
  return program.without === undefined ? program.package : join(bin, `${nameOf(name)}.source`, "main.go");
}

describe("build", () => {
  let bin: string;
  let lines: string[];
  const report = (line: string) => void lines.push(line);
  beforeEach(() => {
    bin = join(folderWith(), ".local", "bin");
    lines = [];
  });
  afterEach(restorePath);
  after(removeFolders);

  it("builds every program of its family's modules, and gives their paths", async () => {
    const fake = new FakeGo({ does: [...module(MAIN), 'echo "program of $package" > "$out"'] });
    const binaries = await build(bin, report);
    const programs = Object.entries(PROGRAMS) as [ProgramName, Program][];
    assert.deepEqual(binaries, Object.fromEntries(programs.map(([name]) => [name, join(bin, nameOf(name))])));
    assert.deepEqual(readdirSync(bin).sort(), programs.map(([name]) => nameOf(name)).sort());
    for (const [name, program] of programs) {
      assert.equal(readFileSync(binaries[name], "utf8"), `program of ${sourceOf(bin, name, program)}\n`);
    }
    assert.deepEqual(
      fake.calls.filter(([, , , args]) => args!.startsWith("build")),
      programs.map(([name, program]) => [
        familyFolder(program.family),
        "-mod=readonly",
        "off",
        `build -trimpath -buildvcs=false -ldflags ${["-s -w", program.ldflags ?? ""].join(" ").trim()} -o ${join(bin, nameOf(name))}.partial ${sourceOf(bin, name, program)}`,
      ]),
    );
  });

  it("says what it builds, program by program", async () => {
    new FakeGo();
    await build(bin, report, ["etcd", "kwok"]);
    assert.deepEqual(lines, [
      `Building 2 programs ${BUILDING}`,
      "  1/2 etcd …",
      "  1/2 etcd: built in 0 s",
      "  2/2 kwok …",
      "  2/2 kwok: built in 0 s",
    ]);
  });

  it("says now and then of a long build that it is still there, and stops when it is done", async () => {
    const timers: { tell: () => void; ms: number; cleared: boolean }[] = [];
    const { setInterval: begin, clearInterval: end } = globalThis;
    const fake = new FakeGo({
      does: ['echo x > "$out"', 'while [ ! -e "$(dirname "$0")/go-on" ]; do sleep 0.02; done'],
    });
    Object.assign(globalThis, {
      setInterval: (tell: () => void, ms: number) => timers.push({ tell, ms, cleared: false }) - 1,
      clearInterval: (index: number) => (timers[index]!.cleared = true),
    });
    try {
      const building = build(bin, report, ["kwok"]);
      while (fake.calls.length === 0) await sleep(10);
      assert.equal(timers.length, 1);
      assert.equal(timers[0]!.ms, 30_000);
      timers[0]!.tell();
      assert.match(lines.at(-1)!, /^ {2}1\/1 kwok: still building, \d s$/);
      assert.equal(existsSync(join(bin, nameOf("kwok"))), false);
      writeFileSync(join(fake.folder, "bin", "go-on"), "");
      await building;
      assert.equal(timers[0]!.cleared, true);
    } finally {
      Object.assign(globalThis, { setInterval: begin, clearInterval: end });
    }
  });

  it("does not build an existing program again, and needs no Go for it", async () => {
    const fake = new FakeGo();
    await build(bin, report, ["etcd", "kwok"]);
    lines = [];
    withoutPrograms();
    assert.deepEqual(await build(bin, report, ["etcd", "kwok"]), {
      etcd: join(bin, nameOf("etcd")),
      kwok: join(bin, nameOf("kwok")),
    });
    assert.deepEqual(lines, []);
    assert.equal(fake.calls.length, 2);
  });

  it("builds only what is missing", async () => {
    const fake = new FakeGo();
    await build(bin, report, ["etcd", "kwok"]);
    rmSync(join(bin, nameOf("kwok")));
    await build(bin, report, ["etcd", "kwok"]);
    assert.deepEqual(
      fake.calls.map(([folder]) => folder),
      [familyFolder("etcd"), familyFolder("kwok"), familyFolder("kwok")],
    );
  });

  it("removes programs of other versions and halves that are left, and keeps what is current", async () => {
    new FakeGo();
    await build(bin, report, ["etcd"]);
    for (const name of ["kwok-0123456789ab", `${nameOf("scheduler")}.partial`]) writeFileSync(join(bin, name), "old");
    await build(bin, report, ["kwok"]);
    assert.deepEqual(readdirSync(bin).sort(), [nameOf("etcd"), nameOf("kwok")].sort());
  });

  it("leaves a line of a main file out, and nothing else, and nothing of that behind", async () => {
    new FakeGo({ does: [...module(`// RunMetricsServer(ctx)\n${MAIN}`), 'cp "$package" "$out"'] });
    const { kedaAdapter } = await build(bin, report, ["kedaAdapter"]);
    assert.equal(readFileSync(kedaAdapter, "utf8"), "// RunMetricsServer(ctx)\nfunc main() {\n}\n");
    assert.deepEqual(readdirSync(bin), [nameOf("kedaAdapter")]);
  });

  it("leaves several lines of a main file out", async () => {
    new FakeGo({ does: [...module(MAIN), 'cp "$package" "$out"'] });
    const { alertmanager } = await build(bin, report, ["alertmanager"]);
    assert.equal(readFileSync(alertmanager, "utf8"), "import (\n)\nfunc main() {\n\tserve()\n}\n");
  });

  for (const [times, main] of [
    [0, "func main() {\n}\n"],
    [2, `${MAIN}${MAIN}`],
  ] as const) {
    it(`builds no program whose line to leave out is there ${times} times: it might listen everywhere`, async () => {
      new FakeGo({ does: [...module(main), 'cp "$package" "$out"'] });
      await assert.rejects(build(bin, report, ["kedaAdapter"]), {
        message: `github.com/kedacore/keda/v2/cmd/adapter/main.go has the line "\\tRunMetricsServer(ctx)" ${times} times, not once: see PROGRAMS`,
      });
      assert.equal(existsSync(join(bin, nameOf("kedaAdapter"))), false);
    });
  }

  it("keeps what is built by the time that a build fails, and takes no half for a whole", async () => {
    new FakeGo({
      does: ['echo half > "$out"', 'case $package in *kwok*) echo "cannot find module" >&2; exit 1;; esac'],
    });
    await assert.rejects(build(bin, report, ["etcd", "kwok", "prometheus"]), {
      name: "Failure",
      message:
        "kwok: could not be built. Go says:\n    cannot find module\n    Call again when that is mended: what is built stays built",
    });
    assert.equal(existsSync(join(bin, nameOf("etcd"))), true);
    for (const name of ["kwok", "prometheus"] as const) assert.equal(existsSync(join(bin, nameOf(name))), false);
    assert.equal(lines.at(-1), "  2/3 kwok …");
    const again = new FakeGo();
    await build(bin, report, ["etcd", "kwok", "prometheus"]);
    assert.deepEqual(
      again.calls.map(([folder]) => folder),
      [familyFolder("kwok"), familyFolder("prometheus")],
    );
    assert.deepEqual(readdirSync(bin).sort(), [nameOf("etcd"), nameOf("kwok"), nameOf("prometheus")].sort());
  });

  it("says that Go is missing before it makes anything", async () => {
    withoutPrograms();
    await assert.rejects(build(bin, report, ["kwok"]), /^BadInput: go is not on the PATH; Go 1\.24 or later builds/);
    assert.equal(existsSync(bin), false);
    assert.deepEqual(lines, []);
  });

  it("is not held up by a build that was killed", async () => {
    new FakeGo();
    await build(bin, report, ["etcd"]);
    writeFileSync(join(bin, "lock"), String(await endedPid()));
    await build(bin, report, ["kwok"]);
    assert.deepEqual(readdirSync(bin).sort(), [nameOf("etcd"), nameOf("kwok")].sort());
  });

  it("builds each program once when two ask at the same time", async () => {
    const fake = new FakeGo();
    const both = await Promise.all([build(bin, report, ["kwok"]), build(bin, report, ["kwok"])]);
    assert.deepEqual(both[0], both[1]);
    assert.equal(fake.calls.length, 1);
  });
});
