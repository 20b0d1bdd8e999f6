import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

import { CHARTS } from "../../../components/platform/charts.js";
import { binaryName } from "../../../tools/local/build.js";
import {
  familyFolder,
  LOCAL_PROGRAMS,
  MODULES,
  moduleVersion,
  type Program,
  type ProgramName,
  PROGRAMS,
} from "../../../tools/local/programs.js";
import { folderWith, removeFolders } from "../folders.js";

const ALL: Program[] = Object.values(PROGRAMS);
const FAMILIES = [...new Set([...ALL, ...Object.values(MODULES)].map(({ family }) => family))];

function textOf(family: string, file: string): string {
  return readFileSync(join(familyFolder(family), file), "utf8");
}

/** Packages of a go.mod's `tool` directives, in either form. */
function toolsOf(family: string): string[] {
  const text = textOf(family, "go.mod");
  const blocks = [...text.matchAll(/^tool \(\n([^)]*)\)/gm)].flatMap(([, inner]) => inner!.trim().split(/\s+/));
  return [...blocks, ...[...text.matchAll(/^tool ([^(\s]+)$/gm)].map(([, path]) => path!)];
}

/** A family of our own to change, which has the files of a real one. */
function copyOf(family: string): string {
  const folder = folderWith();
  for (const file of ["go.mod", "go.sum"]) cpSync(join(familyFolder(family), file), join(folder, file));
  return relative(familyFolder(""), folder);
}

describe("local programs", () => {
  after(removeFolders);

  it("takes KEDA at the version that the platform installs", () => {
    assert.equal(moduleVersion("keda", "github.com/kedacore/keda/v2"), `v${CHARTS.keda.version}`);
    assert.match(textOf("keda", "go.mod"), new RegExp(`^\\tgithub.com/kedacore/keda/v2 v${CHARTS.keda.version} `, "m"));
  });

  it("takes the Alertmanager that Prometheus' operator takes by default, and its configuration's types", () => {
    const path = "github.com/prometheus/alertmanager";
    assert.equal(moduleVersion("alertmanager", path), moduleVersion("prometheus-operator", path));
  });

  it("starts for `npm run local` what serves a stack, and nothing that tests alone need", () => {
    assert.deepEqual(
      (Object.keys(PROGRAMS) as ProgramName[]).filter((name) => !LOCAL_PROGRAMS.includes(name)),
      ["promtool", "alertmanager", "prometheusOperator", "envoyGateway", "egctl", "rateLimit"],
    );
  });

  it("takes Karpenter's CRDs at the version that the platform installs", () => {
    for (const { version } of [CHARTS.karpenterCrds, CHARTS.karpenter])
      assert.equal(moduleVersion("karpenter", MODULES.karpenter.path), `v${version}`);
  });

  for (const family of FAMILIES) {
    it(`pins every module of ${family} by its content`, () => {
      assert.match(textOf(family, "go.mod"), /^go 1\.\d+/m);
      assert.ok(existsSync(join(familyFolder(family), "go.sum")));
      const text = textOf(family, "go.mod").replace(/^exclude \([^)]*\)/gm, "");
      const required = [...text.matchAll(/^(?:\t|require )(\S+) (v\S+)(?: \/\/ indirect)?$/gm)];
      assert.ok(required.length > 0);
      const replaced = new Set([...text.matchAll(/^(?:\t|replace )(\S+)(?: v\S+)? => /gm)].map(([, path]) => path));
      const sums = new Set(
        textOf(family, "go.sum")
          .split("\n")
          .map((line) => line.split(" ", 2).join(" ")),
      );
      const missing = required.filter(
        ([, path, version]) =>
          !replaced.has(path) && !sums.has(`${path} ${version}`) && !sums.has(`${path} ${version}/go.mod`),
      );
      assert.deepEqual(
        missing.map(([, path]) => path),
        [],
      );
    });
  }

  for (const family of [...new Set(ALL.map((program) => program.family))]) {
    it(`has as tools of ${family} the packages that are built from it, and no others`, () => {
      const packages = ALL.filter((program) => program.family === family && !program.package.startsWith(".")).map(
        (program) => program.package,
      );
      assert.deepEqual(toolsOf(family).sort(), packages.sort());
    });
  }

  it("gives each program a name of its own", () => {
    const names = ALL.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
  });

  it("tells Kubernetes' programs the version that they are of", () => {
    const version = moduleVersion("kubernetes", "k8s.io/kubernetes");
    const [, major, minor] = /^v(\d+)\.(\d+)\.\d+$/.exec(version)!;
    for (const name of ["apiServer", "controllerManager", "scheduler"] satisfies ProgramName[]) {
      assert.deepEqual(PROGRAMS[name].ldflags!.split(/ ?-X /).slice(1), [
        `k8s.io/component-base/version.gitVersion=${version}`,
        `k8s.io/component-base/version.gitMajor=${major}`,
        `k8s.io/component-base/version.gitMinor=${minor}`,
      ]);
    }
  });

  it("requires the modules that are read for their files", () => {
    for (const { family, path } of Object.values(MODULES))
      assert.match(moduleVersion(family, path), /^v\d+\.\d+\.\d+$/);
  });
});

describe("moduleVersion", () => {
  after(removeFolders);

  it("reads a requirement in a block and one that stands alone", () => {
    const folder = folderWith({
      "go.mod": "module test\n\nrequire one.example/a v1.2.3\n\nrequire (\n\ttwo.example/b v0.4.0 // indirect\n)\n",
    });
    const family = relative(familyFolder(""), folder);
    assert.equal(moduleVersion(family, "one.example/a"), "v1.2.3");
    assert.equal(moduleVersion(family, "two.example/b"), "v0.4.0");
  });

  it("throws for a module that the family does not require, also when another's path begins with it", () => {
    assert.throws(() => moduleVersion("keda", "github.com/kedacore/keda"), {
      message: "keda/go.mod does not require github.com/kedacore/keda",
    });
    assert.throws(() => moduleVersion("etcd", "k8s.io/kubernetes"), {
      message: "etcd/go.mod does not require k8s.io/kubernetes",
    });
  });
});

describe("binaryName", () => {
  after(removeFolders);

  it("is the program's name and a short hash", () => {
    for (const program of ALL) {
      assert.match(binaryName(program), new RegExp(`^${program.name}-[0-9a-f]{12}$`));
      assert.equal(binaryName(program), binaryName({ ...program }));
    }
  });

  for (const program of [PROGRAMS.etcd, PROGRAMS.kwok]) {
    it(`is another for ${program.name} once go.mod or go.sum is another, and the old one when they are put back`, () => {
      const family = copyOf(program.family);
      const copy = { ...program, family };
      assert.equal(binaryName(copy), binaryName(program));
      for (const file of ["go.mod", "go.sum"]) {
        const path = join(familyFolder(family), file);
        const text = readFileSync(path, "utf8");
        writeFileSync(path, `${text}\n`);
        assert.notEqual(binaryName(copy), binaryName(program), basename(path));
        writeFileSync(path, text);
        assert.equal(binaryName(copy), binaryName(program), basename(path));
      }
    });
  }

  it("is another once a program of our own is another, or a line is left out that was not", () => {
    const family = copyOf("prometheus");
    const main = join(familyFolder(family), "bcrypt", "main.go");
    const copy = { ...PROGRAMS.bcrypt, family };
    mkdirSync(dirname(main));
    cpSync(join(familyFolder("prometheus"), "bcrypt", "main.go"), main);
    assert.equal(binaryName(copy), binaryName(PROGRAMS.bcrypt));
    writeFileSync(main, "package main");
    assert.notEqual(binaryName(copy), binaryName(PROGRAMS.bcrypt));
    const { without, ...whole } = PROGRAMS.kedaAdapter;
    assert.notEqual(binaryName(whole), binaryName(PROGRAMS.kedaAdapter));
    assert.notEqual(binaryName({ ...whole, without: { ...without, lines: ["x"] } }), binaryName(PROGRAMS.kedaAdapter));
  });

  it("is another with other linker flags", () => {
    assert.notEqual(binaryName({ ...PROGRAMS.scheduler, ldflags: "" }), binaryName(PROGRAMS.scheduler));
  });
});
