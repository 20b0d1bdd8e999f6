import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LOGGING_TEXTS, loggingEnding, loggingText } from "../../components/vocabulary/logging.js";

/**
 * Stand-ins for what vLLM's image has: the formatter takes the arguments that python-json-logger 2 to 4 take, the filter those of
 * vllm/logging_utils. The program does what vLLM 0.29 and 0.30 do to `sys.stdout` after they have read the file.
 */
const PROGRAM = `
import json, logging, logging.config, sys, types

class JsonFormatter(logging.Formatter):
    def __init__(self, fmt, rename_fields, timestamp):
        super().__init__(fmt)
        self.names, self.time = rename_fields, timestamp
    def format(self, record):
        message = super().format(record)
        fields = {self.names.get(key, key): getattr(record, key) for key in ("levelname", "name", "processName", "process")}
        return json.dumps({**fields, "message": record.getMessage(), self.time: "now"})

class UvicornAccessLogFilter(logging.Filter):
    def __init__(self, excluded_paths):
        super().__init__()
        self.paths = excluded_paths
    def filter(self, record):
        return record.args[2] not in self.paths

for name, attributes in {
    "pythonjsonlogger": {}, "pythonjsonlogger.jsonlogger": {"JsonFormatter": JsonFormatter},
    "vllm": {}, "vllm.logging_utils": {"UvicornAccessLogFilter": UvicornAccessLogFilter},
}.items():
    module = sys.modules[name] = types.ModuleType(name)
    module.__dict__.update(attributes)
    parent, _, child = name.rpartition(".")
    if parent: setattr(sys.modules[parent], child, module)

with open(sys.argv[1]) as file:
    logging.config.dictConfig(json.load(file))
write = sys.stdout.write
sys.stdout.write = lambda text: write("(EngineCore pid=86) " + text)
logging.getLogger("vllm.engine").info("loading took %.1f s\\nand more", 4.25)
logging.getLogger("vllm.engine").debug("a prompt")
for path in ("/health", "/metrics", "/v1/models"):
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "10.0.0.1:4", "GET", path, "1.1", 200)
logging.getLogger("uvicorn.error").info("Application startup complete.")
`;

describe("the logging configuration", () => {
  let folder: string;
  before(function () {
    if (spawnSync("python3", ["--version"]).status !== 0) {
      assert.equal(process.env["CI"], undefined, "CI needs python3");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "logging-"));
    writeFileSync(join(folder, "program.py"), PROGRAM);
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  function records(text: string): Record<string, unknown>[] {
    writeFileSync(join(folder, "logging.json"), text);
    const { stdout, stderr } = spawnSync("python3", ["program.py", "logging.json"], { cwd: folder, encoding: "utf8" });
    assert.equal(stderr, "");
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it("makes each record of vLLM and uvicorn a line of JSON, without what vLLM puts before text", () => {
    const [first, ...others] = records(loggingText({ level: "INFO", quiet: true }));
    const { pid, ...rest } = first!;
    assert.equal(typeof pid, "number");
    assert.deepEqual(rest, {
      level: "INFO",
      logger: "vllm.engine",
      process_name: "MainProcess",
      message: "loading took 4.2 s\nand more",
      time: "now",
    });
    assert.deepEqual(
      others.map(({ message }) => message),
      ['10.0.0.1:4 - "GET /v1/models HTTP/1.1" 200', "Application startup complete."],
    );
  });

  it("leaves probes and scrapes in, and takes another level, where that is asked for", () => {
    const messages = records(loggingText({ level: "DEBUG", quiet: false })).map(({ message }) => message);
    assert.deepEqual(messages.slice(1, 4), [
      "a prompt",
      '10.0.0.1:4 - "GET /health HTTP/1.1" 200',
      '10.0.0.1:4 - "GET /metrics HTTP/1.1" 200',
    ]);
  });

  it("has a name by its text, and no text that is not known", () => {
    assert.equal(LOGGING_TEXTS.size, 10);
    for (const [ending, text] of LOGGING_TEXTS) assert.equal(loggingEnding(text), ending);
  });
});
