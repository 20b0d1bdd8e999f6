/**
 * Makes the table of a chart's values keys, `components/facts/charts/<chart>.json`, from its values.yaml:
 *
 *   node --import tsx tools/charts/valuesKeys.ts karpenter 1.15.1 charts/karpenter/values.yaml
 *   node --import tsx tools/charts/valuesKeys.ts kube-prometheus-stack 88.5.3 values.yaml grafana=charts/grafana/values.yaml …
 *
 * The file is what `helm pull --untar` brings, at the version of components/platform/charts.ts; `key=file` adds a subchart's
 * keys below its key, and `key=` says that anything may be there, where a subchart's values.yaml cannot be had. A table names what values.yaml has, and separately what it shows in comments only.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { ChartKeys, KeyTree } from "../../components/facts/charts/index.js";

/** Maps whose keys are the user's or the Kubernetes API's, although a chart has some of its own in them. */
const USERS_OWN =
  /(?:strategy|probe|spec|labels|annotations|selector|resources|securityContext|affinity|limits|requests|env|envFrom|args|config|data|settings|dashboards|rules)$/i;

/** Keys of a map; `null` where anything goes: lists, scalars, empty maps, and maps of the user's own keys. */
export function keysOf(values: unknown, name = ""): KeyTree {
  if (typeof values !== "object" || values === null || Array.isArray(values) || USERS_OWN.test(name)) return null;
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([key, value]) => [key, keysOf(value, key)]));
}

/** Names of keys that stand in comments, as options that a chart takes and does not set. */
export function commentedKeys(text: string): string[] {
  const names = [...text.matchAll(/^\s*#+\s*(?:- )?([A-Za-z][\w-]*):(?=\s|$)/gm)].map(([, name]) => name!);
  return [...new Set(names)].sort();
}

/** The table of a chart, with the tables of its subcharts below their keys. */
export function chartKeys(
  version: string,
  text: string,
  subcharts: Readonly<Record<string, string | undefined>>,
): ChartKeys {
  const own = keysOf(parse(text)) ?? {};
  const below = Object.entries(subcharts).map(([key, sub]) => {
    return [key, sub === undefined ? null : { ...keysOf(parse(sub)), ...own[key] }] as const;
  });
  return {
    version,
    keys: { ...own, ...Object.fromEntries(below) },
    commented: commentedKeys([text, ...Object.values(subcharts).filter((sub) => sub !== undefined)].join("\n")),
  };
}

if (require.main === module) {
  const [chart, version, file, ...subcharts] = process.argv.slice(2);
  if (chart === undefined || version === undefined || file === undefined) {
    throw new Error("give a chart, its version, its values.yaml, and subcharts as key=file");
  }
  const subs = Object.fromEntries(
    subcharts.map((pair) => {
      const [key, path] = pair.split("=");
      return [key!, path ? readFileSync(path, "utf8") : undefined];
    }),
  );
  const table = chartKeys(version, readFileSync(file, "utf8"), subs);
  writeFileSync(join(__dirname, "../../components/facts/charts", `${chart}.json`), `${JSON.stringify(table)}\n`);
}
