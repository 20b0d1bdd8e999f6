import assert from "node:assert/strict";
import { removeFolders } from "../folders.js";
import { World } from "./world.js";

describe("npm run verify", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.of();
  });
  afterEach(() => world.stop());
  after(removeFolders);

  it("passes what runs as the config says", async () => {
    const { text, exitCode } = await world.run();
    console.log(text);
    assert.equal(exitCode, 0);
  });
});
