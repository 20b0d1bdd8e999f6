import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { checkGo, go, moduleFolder } from "../../../tools/local/go.js";
import { familyFolder, MODULES, moduleVersion } from "../../../tools/local/programs.js";
import { removeFolders } from "../folders.js";
import { FakeGo, restorePath, withoutPrograms } from "./goPrograms.js";

const WANTED = "Go 1.24 or later builds the control plane, the first time: install it from https://go.dev/dl";

describe("local Go", () => {
  afterEach(restorePath);
  after(removeFolders);

  describe("checkGo", () => {
    it("says where to get Go when there is none", async () => {
      withoutPrograms();
      await assert.rejects(checkGo(), { name: "BadInput", message: `go is not on the PATH; ${WANTED}` });
    });

    for (const version of ["go1.23.12", "go1.9", "go0.99"]) {
      it(`refuses ${version}`, async () => {
        new FakeGo({ version });
        await assert.rejects(checkGo(), {
          name: "BadInput",
          message: `go is version ${version.slice(2)}; ${WANTED}`,
        });
      });
    }

    for (const version of ["go1.24", "go1.24.0", "go1.100.1", "go2.0", "go1.27rc1", "devel go1.27-0a1b2c3"]) {
      it(`takes ${version}`, async () => {
        new FakeGo({ version });
        await checkGo();
      });
    }
  });

  describe("go", () => {
    it("runs in the family's folder, looks for no other module than those of its go.mod, and gives what is printed", async () => {
      const fake = new FakeGo({ does: ["echo problem >&2", "echo one", "echo two"] });
      assert.equal(await go("kwok", ["list", "-m"], "kwok"), "one\ntwo\n");
      assert.deepEqual(fake.calls, [[familyFolder("kwok"), "-mod=readonly", "off", "list -m"]]);
    });

    it("reports the end of Go's output for a failure", async () => {
      new FakeGo({ does: ['for i in 1 2 3 4 5 6 7 8 9 10; do echo "./main.go:$i: undefined: x" >&2; done', "exit 1"] });
      const last = [3, 4, 5, 6, 7, 8, 9, 10].map((line) => `./main.go:${line}: undefined: x`).join("\n    ");
      await assert.rejects(go("kwok", ["build"], "kwok"), {
        name: "Failure",
        message: `kwok: could not be built. Go says:\n    ${last}\n    Call again when that is mended: what is built stays built`,
      });
    });

    for (const problem of [
      'go: example.org/x@v1.0.0: Get "https://proxy.golang.org/…": dial tcp: lookup proxy.golang.org: no such host',
      "read tcp 10.0.0.2:443: i/o timeout",
      "dial tcp 127.0.0.1:3128: connect: connection refused",
    ]) {
      it(`knows that nobody can be reached by "${problem.slice(-20)}"`, async () => {
        new FakeGo({ does: [`cat >&2 <<'END'\n${problem}\nEND`, "exit 1"] });
        await assert.rejects(go("kwok", ["build"], "kwok"), {
          message: `kwok: could not be built. Go's module proxy cannot be reached (GOPROXY says which):\n    ${problem}\n    Call again when that is mended: what is built stays built`,
        });
      });
    }

    it("reports for a full disk the folder, the free space and the space needed", async () => {
      const problem = "compile: writing output: write $WORK/b001/_pkg_.a: no space left on device";
      const fake = new FakeGo({ does: [`echo '${problem}' >&2`, "exit 1"] });
      const failure = () =>
        go("keda", ["build"], "keda-operator").then(
          () => assert.fail("did not fail"),
          (thrown: Error) => thrown.message.replace(/\d+\.\d GiB/, "N GiB"),
        );
      const expected = `keda-operator: the disk is full: N GiB are free at ${fake.folder}/cache/go-build, a first build takes up to 13. Make room and call again: what is built stays built\n    ${problem}`;
      assert.equal(await failure(), expected, "before Go has made its cache");
      mkdirSync(join(fake.folder, "cache", "go-build"), { recursive: true });
      assert.equal(await failure(), expected);
    });

    it("leaves nothing behind that would end it with us", async () => {
      new FakeGo({ does: ["exit 1"] });
      const listeners = process.listenerCount("exit");
      await assert.rejects(go("kwok", ["build"], "kwok"));
      assert.equal(process.listenerCount("exit"), listeners);
    });
  });

  describe("moduleFolder", () => {
    for (const name of Object.keys(MODULES) as (keyof typeof MODULES)[]) {
      it(`is where Go keeps ${name}, at the version of its go.mod`, async () => {
        const fake = new FakeGo({ does: ['echo \'{ "Path": "x", "Dir": "/modules/x@v1" }\''] });
        assert.equal(await moduleFolder(name), "/modules/x@v1");
        const { family, path } = MODULES[name];
        const module = `${path}@${moduleVersion(family, path)}`;
        assert.deepEqual(fake.calls, [[familyFolder(family), "-mod=readonly", "off", `mod download -json ${module}`]]);
      });
    }

    /** Go as it ends for a module that it has fetched, when something is wrong. */
    const ending = (problem: string): FakeGo =>
      new FakeGo({
        does: [
          `echo '{ "Error": "${problem}", "Zip": "'"$(dirname "$0")"'/cache/download/one.example/a/@v/v1.2.3.zip" }'`,
          "exit 1",
        ],
      });
    const NEWER = "one.example/a@v1.2.3 requires go >= 1.99.0 (running go 1.26.4; GOTOOLCHAIN=local)";

    it("is found for a module that asks for a newer Go, too, which is fetched and not built", async () => {
      const { folder } = ending(NEWER);
      const unpacked = join(folder, "bin", "one.example", "a@v1.2.3");
      mkdirSync(unpacked, { recursive: true });
      assert.equal(await moduleFolder("karpenter"), unpacked);
    });

    it("is not taken where Go has not unpacked the module, or something else is wrong", async () => {
      ending(NEWER);
      await assert.rejects(
        moduleFolder("karpenter"),
        /karpenter-provider-aws: could not be built\. Go says:\n.*1\.99\.0/,
      );
      const { folder } = ending("verifying module: checksum mismatch");
      mkdirSync(join(folder, "bin", "one.example", "a@v1.2.3"), { recursive: true });
      await assert.rejects(moduleFolder("karpenter"), /Go says:\n.*checksum mismatch/);
      new FakeGo({ does: ["echo 'SECURITY ERROR' >&2", "exit 1"] });
      await assert.rejects(moduleFolder("karpenter"), /Go says:\n.*SECURITY ERROR/);
    });
  });
});
