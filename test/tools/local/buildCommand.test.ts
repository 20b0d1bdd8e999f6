import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryName } from "../../../tools/local/build.js";
import { buildPrograms } from "../../../tools/local/buildCommand.js";
import { LOCAL_PROGRAMS, type ProgramName, PROGRAMS } from "../../../tools/local/programs.js";
import { folderWith, removeFolders } from "../folders.js";
import { FakeGo, restorePath } from "./goPrograms.js";
import { script } from "./fakes.js";

const nothing = () => undefined;

describe("npm run local -- build", () => {
  let project: string;
  const fileOf = (program: ProgramName) => join(project, ".local", "bin", binaryName(PROGRAMS[program]));
  beforeEach(() => {
    project = folderWith();
  });
  afterEach(restorePath);
  after(removeFolders);

  it("builds the programs that are named, and says where they are", async () => {
    const fake = new FakeGo();
    const text = await buildPrograms(project, ["promtool", "etcd"], nothing);
    assert.equal(text, [fileOf("promtool"), fileOf("etcd")].join("\n"));
    assert.equal(fake.calls.length, 2);
  });

  it("builds what `up` starts where none is named, and nothing that is there already", async () => {
    const fake = new FakeGo();
    for (const name of LOCAL_PROGRAMS) script(fileOf(name));
    assert.equal(await buildPrograms(project, [], nothing), LOCAL_PROGRAMS.map(fileOf).join("\n"));
    assert.deepEqual(fake.calls, []);
  });

  it("names all that are no programs at once, and builds none", async () => {
    const fake = new FakeGo();
    await assert.rejects(buildPrograms(project, ["promtol", "etcd", "x"], nothing), {
      name: "BadInput",
      message: ["promtol", "x"]
        .map(
          (name) =>
            `build: "${name}" is no program: use etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok, prometheus, promtool, alertmanager, prometheus-operator, keda-operator, keda-adapter, envoy-gateway, egctl, ratelimit or bcrypt`,
        )
        .join("\n"),
    });
    assert.deepEqual(fake.calls, []);
  });
});
