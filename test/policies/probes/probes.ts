/**
 * Probes of the pack: resources, each with the rule that has to refuse them or keep quiet. Written by reviewers who went around the
 * rules, 2026-11-25.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { rules } from "../../../policies/rules/index.js";
import type { PolicyInput } from "../../../tools/policyRunner.js";
import { type Json, messages, resource } from "../fixtures.js";

type Props = { [key: string]: Json };

export interface Probe {
  id: string;
  rule: string;
  want: "fire" | "quiet";
  /** Settings of the rule. */
  settings?: Props;
  resources: PolicyInput[];
}

/** A resource in the file: whole, or what is other than in the Deployment that most probes change. */
type Stored = { type: string; name: string; props: Props } | { chat: Props };

const file = JSON.parse(readFileSync(join(__dirname, "probes.json"), "utf8")) as {
  chat: Props;
  probes: Array<Omit<Probe, "resources"> & { resources: Stored[] }>;
};

export const PROBES: readonly Probe[] = file.probes.map((probe) => ({
  ...probe,
  resources: probe.resources.map((stored) =>
    "chat" in stored
      ? resource("kubernetes:apps/v1:Deployment", "chat", changed(file.chat, stored.chat) as Props)
      : resource(stored.type, stored.name, stored.props),
  ),
}));

/** What the rules say of a probe. @param rule the probe's own, unless another says it */
export async function findingsOf(probe: Probe, rule = probe.rule): Promise<string[]> {
  const found = rules.find(({ name }) => name === rule);
  if (found === undefined) throw new Error(`no rule is named ${rule}`);
  return messages(found, probe.resources, rule === probe.rule ? probe.settings : undefined);
}

/** A JSON merge patch (RFC 7396), which also goes into the one item of a list. */
function changed(value: Json, patch: Json): Json {
  if (Array.isArray(value) && Array.isArray(patch)) {
    return value.length === 1 && patch.length === 1 && isObject(value[0]) ? [changed(value[0], patch[0])] : patch;
  }
  if (!isObject(value) || !isObject(patch)) return patch;
  const result = { ...value };
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else result[key] = key in value ? changed(value[key], change) : change;
  }
  return result;
}

function isObject(value: Json): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
