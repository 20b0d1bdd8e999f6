/** The admission program in a real Envoy, with engines behind it. */
import { readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { admissionProgram } from "../../components/gateway/admission/program.js";
import { admissionContext, type AdmissionTable } from "../../components/gateway/admission/table.js";
import { envoyProgram } from "../../tools/local/gateway/programs.js";
import { freePorts } from "../../tools/local/ports.js";
import { Envoy } from "../envoy.js";
import { folderWith, removeFolders } from "../tools/folders.js";
import { bootstrap } from "./bootstrap.js";
import { Engine } from "./engine.js";

/** What a client got. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body's pieces as they came. */
  pieces: string[];
}

/** A line of the access log. */
export interface Logged {
  status: number;
  tenant: string | null;
  metadata: Record<string, unknown>;
  id: string | null;
}

export const CHAT = "/v1/chat/completions";

/** Key of tenant acme. */
export const ACME = "sk-acme-0123456789";
/** Key of tenant globex. */
export const GLOBEX = "sk-globex-0123456789";

export const KEYS = { acme: ACME, "globex.main": GLOBEX, stranger: "sk-stranger-012345" };

const model = {
  class: "interactive",
  paths: ["/v1/chat/completions", "/v1/completions", "/v1/responses"],
  rewrite: "",
  context: 8192,
  promptBytes: 131_072,
  maxTokens: 8192,
  choices: 1,
  stopSequences: 4,
  unsupported: [],
  retryAfterSeconds: 5,
  releases: ["r1", "r2"],
} satisfies AdmissionTable["models"][string];

/** The table of most tests. */
export const TABLE: AdmissionTable = {
  tenants: {
    acme: {
      models: ["chat", "vision", "vectors", "slow", "narrow", "gone", "sound", "moved"],
      tier: "standard",
      tiers: ["standard", "premium"],
      priority: 3,
      mayChooseRelease: true,
      concurrency: true,
      limits: { requests_minute: { requests_per_unit: 60, unit: "MINUTE" } },
    },
    globex: { models: ["small", "narrow"], priority: 0 },
  },
  names: {
    chat: { model: "chat" },
    "Qwen/Qwen3-8B": { model: "chat" },
    "sql-adapter": { model: "chat", keep: true },
    small: { model: "small" },
    vision: { model: "vision" },
    vectors: { model: "vectors" },
    slow: { model: "slow" },
    narrow: { model: "narrow" },
    gone: { model: "gone" },
    sound: { model: "sound" },
    moved: { model: "moved" },
  },
  aliases: {
    default: [
      { model: "vision", needs: ["vision"] },
      { model: "slow", tier: "premium" },
      { model: "gone", overBytes: 5000 },
      { model: "chat" },
    ],
    strict: [{ model: "chat", needs: ["json", "tools"] }],
    theirs: [{ model: "small" }],
  },
  models: {
    chat: { ...model, price: { input: 100_000, output: 400_000 }, usesPriority: true, unsupported: ["logit_bias"] },
    small: { ...model, class: "batch", rewrite: "small", maxTokens: 100, defaultMaxTokens: 50, lacks: ["vision"] },
    vision: { ...model, choices: 4 },
    vectors: { ...model, class: "embedding", paths: ["/v1/embeddings"], promptBytes: 1_000_000 },
    slow: { ...model, promptBytes: 8_000_000 },
    narrow: { ...model, retryAfterSeconds: 7 },
    gone: { ...model, promptBytes: 200 * 1024 },
    moved: model,
    sound: { ...model, paths: ["/v1/audio/transcriptions"], promptBytes: 1_000_000 },
  },
};

/** A running door. */
export class Door {
  private constructor(
    readonly envoy: Envoy,
    readonly engines: Record<string, Engine>,
    readonly port: number,
    private readonly logFile: string,
  ) {}

  static async start(
    program: string,
    {
      table = TABLE,
      text = admissionProgram(),
      models = Object.keys(table.models),
      identity,
    }: { table?: AdmissionTable; text?: string; models?: string[]; identity?: string } = {},
  ): Promise<Door> {
    const started = await Promise.all(models.map(async (name) => [name, await Engine.start()] as const));
    const engines = Object.fromEntries(started);
    const [port, admin] = (await freePorts(2)) as [number, number];
    const log = join(folderWith({ "access.log": "" }), "access.log");
    const ports = Object.fromEntries(models.map((name) => [name, engines[name]!.port]));
    await engines["gone"]?.stop();
    const config = bootstrap({
      program: text,
      context: admissionContext(table),
      keys: KEYS,
      engines: ports,
      port,
      admin,
      log,
      ...(identity === undefined ? {} : { identity }),
    });
    return new Door(await Envoy.start(program, config, admin), engines, port, log);
  }

  /** Requests that any engine got. */
  get reached(): Engine["reached"] {
    return Object.values(this.engines).flatMap(({ reached }) => reached);
  }

  forget(): void {
    for (const engine of Object.values(this.engines)) engine.reached.length = 0;
    writeFileSync(this.logFile, "");
  }

  send(
    method: string,
    path: string,
    { key = ACME, headers = {}, body }: { key?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
  ): Promise<Answer> {
    const given = {
      ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      ...headers,
    };
    return new Promise((done, fail) => {
      const sent = httpRequest({ host: "127.0.0.1", port: this.port, method, path, headers: given }, (response) => {
        const pieces: string[] = [];
        response.setEncoding("utf8");
        response.on("data", (piece: string) => pieces.push(piece));
        response.on("error", fail);
        response.on("end", () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, text: pieces.join(""), pieces }),
        );
      });
      sent.on("error", fail);
      sent.end(body);
    });
  }

  post(path: string, body: unknown, options: { key?: string; headers?: OutgoingHttpHeaders } = {}): Promise<Answer> {
    return this.send("POST", path, { ...options, body: typeof body === "string" ? body : JSON.stringify(body) });
  }

  chat(fields: object = {}, options: { key?: string; headers?: OutgoingHttpHeaders } = {}): Promise<Answer> {
    return this.post(CHAT, { model: "chat", messages: [{ role: "user", content: "hello" }], ...fields }, options);
  }

  /** The access log's line of a request that was sent with this `x-test-id`. */
  async logged(id: string): Promise<Logged> {
    for (let tries = 0; tries < 100; tries += 1) {
      const lines = readFileSync(this.logFile, "utf8")
        .trim()
        .split("\n")
        .filter((line) => line !== "");
      const found = lines.map((line) => JSON.parse(line) as Logged).find((line) => line.id === id);
      if (found !== undefined) return found;
      await sleep(50);
    }
    throw new Error(`no line of ${id} in the access log:\n${this.envoy.log()}`);
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    const running = Object.entries(this.engines).filter(([name]) => name !== "gone");
    await Promise.all(running.map(([, engine]) => engine.stop()));
    removeFolders();
  }
}

/** Gives a suite a door; without Envoy it is skipped, and fails in CI. */
export function withDoor(start = (program: string): Promise<Door> => Door.start(program)): () => Door {
  let door: Door | undefined;
  before(async function () {
    // The first test of a machine installs it.
    this.timeout(300_000);
    const program = process.env["ENVOY"] ?? (await envoyProgram(() => undefined));
    door = await start(program);
  });
  after(() => door?.stop());
  return () => door!;
}
