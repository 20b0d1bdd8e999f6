import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import Ajv from "ajv/dist/2020";

import { preview } from "../../../tools/preview/command.js";
import { previewJsonSchema } from "../../../tools/preview/schema.js";
import { projectCopy, removeFolders } from "../folders.js";

describe("the JSON Schema of previews", function () {
  this.timeout(60_000);
  after(removeFolders);
  const validate = new Ajv({ strict: false }).compile(previewJsonSchema());

  it("accepts what --json prints of every stack, with differences and without", async () => {
    const folder = projectCopy();
    const { text } = await preview(folder, ["prod", "staging"], { format: "json" });
    assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
    const diff = join(folder, "base.json");
    writeFileSync(diff, text.replaceAll("8192", "4096"));
    const changed = await preview(folder, ["staging"], { format: "json", diff });
    assert.ok(validate(JSON.parse(changed.text)), JSON.stringify(validate.errors));
  });

  it("refuses another version, and a release without its fit", async () => {
    const { text } = await preview(projectCopy(), ["staging"], { format: "json" });
    const whole = JSON.parse(text) as { stacks: { releases: object[] }[] };
    assert.equal(validate({ ...whole, version: 2 }), false);
    whole.stacks[0]!.releases[0] = { ...whole.stacks[0]!.releases[0], fit: undefined };
    assert.equal(validate(whole), false);
  });
});
