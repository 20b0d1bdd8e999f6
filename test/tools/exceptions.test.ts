import assert from "node:assert/strict";
import { exceptionsLine, statedExceptions } from "../../tools/exceptions.js";
import { guarded } from "../../tools/unknownValues.js";

const one = (until: string) => ({ rule: "image-pinned", reason: "LLM-1", until });

describe("exceptions of a stack", () => {
  it("are those of the level file and of annotations, with their resources", () => {
    const annotations = { "pulumi-vllm.dev/exceptions": JSON.stringify([one("2027-01-01")]) };
    const levels = {
      all: "advisory",
      "gpu-request": { exceptions: [{ resource: "chat", reason: "LLM-2", until: "2027-02-02" }] },
    } as const;
    const unknown = guarded({ metadata: { annotations: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } });
    const resources = [
      { name: "later", props: unknown },
      { name: "web", props: { metadata: { annotations } } },
    ];
    assert.deepEqual(statedExceptions(resources, levels), [
      { rule: "gpu-request", resource: "chat", reason: "LLM-2", until: "2027-02-02" },
      { rule: "image-pinned", resource: "web", reason: "LLM-1", until: "2027-01-01" },
    ]);
  });

  it("are counted in one line, with the next end and how many have ended", () => {
    const line = (...ends: string[]) => exceptionsLine(ends.map(one), "2027-01-15");
    assert.equal(line(), undefined);
    assert.equal(line("2027-03-01", "2027-01-15"), "Exceptions: 2 (next ends 2027-01-15)");
    assert.equal(line("2027-03-01", "2027-01-14"), "Exceptions: 2 (next ends 2027-03-01; 1 has ended)");
    assert.equal(line("2026-03-01", "2027-01-14"), "Exceptions: 2 (2 have ended)");
  });
});
