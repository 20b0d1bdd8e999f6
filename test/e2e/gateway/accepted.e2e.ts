/** Every object of a gateway that has all of its options is taken by the real controller. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { releaseConfig } from "../../serving/fixtures.js";
import { SMALL } from "../../gateway/fixtures.js";
import { folderWith, removeFolders } from "../../tools/folders.js";
import { binaries } from "../world.js";
import { Door, needsGateway } from "./door.js";

const execFileAsync = promisify(execFile);

/** What Kubernetes reports of an object: conditions at one place for each who has a say. */
interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

const GATEWAY = {
  exposure: "public",
  sourceRanges: ["203.0.113.0/24"],
  oidc: { issuer: "https://id.example.com", audiences: ["llm"], jwksUri: "https://id.example.com/jwks" },
  protection: { bodyMiB: 2, maxTokens: 4096, defaultMaxTokens: 512, choices: 2, unsupported: ["logprobs"] },
  aliases: {
    default: "chat",
    fast: [{ tier: "gold", needs: ["json"], overBytes: 1000, model: "chat" }, { model: "small" }],
  },
  tenants: {
    acme: {
      models: ["chat", "small"],
      limits: {
        requestsPerMinute: 60_000,
        inputTokensPerMinute: 100_000,
        outputTokensPerMinute: 20_000,
        inputTokensPerDay: 10_000_000,
        outputTokensPerDay: 2_000_000,
        usdPerDay: 50,
        concurrency: 8,
      },
      tier: "gold",
      tiers: ["silver"],
      priority: 0,
      mayChooseRelease: true,
    },
    globex: { models: ["small"], limits: { requestsPerMinute: 10 } },
  },
};
const price = { inputUsd: 0.2, outputUsd: 0.8 };
const STACK = {
  models: {
    chat: {
      gateway: { price },
      releases: { r2: releaseConfig() },
      route: { stable: "r1", canary: { release: "r2", weight: 5 }, shadow: { release: "r2", percent: 5 } },
    },
    small: { ...SMALL.small, gateway: { price, sticky: "session", protection: { maxTokens: 1024 } } },
  },
};

/** Kinds that nobody reports of. */
const SILENT = ["EnvoyProxy", "HTTPRouteFilter", "NetworkPolicy"];

describe("Every object of a whole gateway", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: GATEWAY,
      stack: STACK,
      tenants: ["acme", "globex"],
      replicas: { "chat-r1": 1, "chat-r2": 1, "small-r1": 1 },
    });
  });
  after(async () => {
    removeFolders();
    await door?.close();
  });

  it("is accepted, resolved and programmed by the controller", async () => {
    let open: string[] = [];
    for (const end = performance.now() + 30_000; performance.now() < end; await sleep(500)) {
      open = (await Promise.all(door.objects.map((object) => complaints(object)))).flat();
      if (open.length === 0) break;
    }
    assert.deepEqual(open, []);
    const kinds = new Set(door.objects.map(({ kind }) => kind));
    for (const kind of ["Gateway", "HTTPRoute", "SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy"])
      assert.ok(kinds.has(kind), kind);
    for (const kind of ["EnvoyExtensionPolicy", "EnvoyPatchPolicy"]) assert.ok(kinds.has(kind), kind);
  });

  it("is translated by egctl without a cluster: every route has its clusters", async () => {
    const objects = [...door.around.map(asStored), ...door.objects];
    const file = join(
      folderWith({ "gateway.yaml": objects.map((object) => stringify(object)).join("---\n") }),
      "gateway.yaml",
    );
    const { stdout } = await execFileAsync(binaries().egctl, ["x", "translate", "--to", "xds", "-f", file], {
      maxBuffer: 64 * 1024 * 1024,
    });
    const routes = door.objects.filter(({ kind }) => kind === "HTTPRoute").map(({ metadata: { name } }) => name);
    assert.ok(routes.length >= 6, routes.join());
    for (const name of routes)
      assert.ok(stdout.includes(`httproute/${door.namespace}/${name}/rule/0`), `${name} is not in what egctl gives`);
  });

  /** What an object's status lacks. */
  async function complaints(object: KubernetesObject): Promise<string[]> {
    if (SILENT.includes(object.kind)) return [];
    const name = `${object.kind} ${object.metadata.name}`;
    const found = await door.lab.cluster.get<KubernetesObject>(object);
    const sets = conditionsOf(found?.["status"]);
    if (sets.length === 0) return [`${name} has no status`];
    return sets.flatMap((conditions) => {
      const types = conditions.map(({ type }) => type);
      const missing = types.includes("Accepted") || types.includes("Merged") ? [] : [`${name} is not Accepted`];
      const bad = conditions
        .filter(
          ({ type, status }) =>
            ["Accepted", "Merged", "Programmed", "ResolvedRefs"].includes(type) && status !== "True",
        )
        // No load balancer gives the Gateway an address here; its listeners are programmed.
        .filter(({ reason }) => reason !== "AddressNotAssigned" && reason !== "NoResources")
        .map(({ type, reason, message }) => `${name}: ${type} ${reason}: ${message}`);
      return [...missing, ...bad];
    });
  }
});

/** As the API server keeps it: a Secret's text as Base64, a Service with an address. */
function asStored({ stringData, ...object }: KubernetesObject): KubernetesObject {
  if (object.kind === "Service") return { ...object, spec: { ...(object["spec"] as object), clusterIP: "10.0.0.1" } };
  const data = Object.entries((stringData ?? {}) as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value).toString("base64")] as const,
  );
  return { ...object, ...(stringData !== undefined && { data: Object.fromEntries(data) }) };
}

/** The lists of conditions of a status, at whatever place. */
function conditionsOf(status: unknown): Condition[][] {
  if (status === null || typeof status !== "object") return [];
  return Object.entries(status).flatMap(([key, value]) => {
    if (key === "conditions") return [value as Condition[]];
    return Array.isArray(value) ? value.flatMap(conditionsOf) : conditionsOf(value);
  });
}
