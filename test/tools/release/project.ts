/** A project with one stack that serves chat by two releases. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folderWith, PROJECT } from "../folders.js";

const GATEWAY = `  vllm:gateway:
    host: llm.example.com
    tls: { issuer: { name: corporate } }
    tenants:
      acme: { models: [chat], limits: { requestsPerMinute: 600 } }

`;
const NEWER = `v0.32.0@sha256:${"1".repeat(64)}`;

/** The text of the repository's staging stack with a release r2 of chat, and more as asked. */
export function stackWith({ route = "{ stable: r1 }", hasGateway = true, image = NEWER } = {}): string {
  const text = readFileSync(join(PROJECT, "Pulumi.staging.yaml"), "utf8");
  const start = text.indexOf("        r1:\n");
  const end = text.indexOf("      autoscaling: { min: 1, max: 3 }");
  const r1 = text.slice(start, end).replace(/v0\.30\.0@sha256:\w{64}/, image);
  const all = text.slice(0, start) + r1 + r1.replace("r1:", "r2:") + text.slice(end);
  const routed = all.replace("route: { stable: r1 }", `route: ${route}`);
  if (!hasGateway) return routed;
  // With a gateway the models take requests of it alone.
  return routed
    .replace(/ {2}vllm:access:.*\n(?: {4}.*\n)*/, "")
    .replace("  vllm:models:\n", `${GATEWAY}  vllm:models:\n`);
}

export const FILE = "Pulumi.staging.yaml";

export function projectWith(text: string): string {
  return folderWith({ [FILE]: text });
}

export function fileIn(folder: string): string {
  return readFileSync(join(folder, FILE), "utf8");
}
