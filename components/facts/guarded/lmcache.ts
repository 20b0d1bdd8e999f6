/**
 * LMCache's variables: it reads each setting of `_CONFIG_DEFINITIONS` and `_CONFIG_ALIASES` under its name in capital letters
 * after `LMCACHE_`, and `LMCACHE_EC_` for the cache of encoders. Those that keep what was computed in the pod's own memory and disk
 * (`LMCACHE_LOCAL_*`, `LMCACHE_MAX_LOCAL_*`, `LMCACHE_CHUNK_SIZE`, …) are in no row.
 *
 * Source: https://github.com/LMCache/LMCache, lmcache/v1/config.py at 000620e and docs/source/api_reference/configurations.rst at
 * 0223da8 (`enable_nixl`: an older version of that page), read 2026-11-26.
 */
import type { GuardedVariables } from "./setting.js";

const CONFIG = "lmcache/v1/config.py of LMCache";
const OFF = /^\s*(0+|false|no|off|none)\s*$/i;

export const LMCACHE_VARIABLES: readonly GuardedVariables[] = [
  {
    names: ["LMCACHE_*_URL", "LMCACHE_EXTERNAL_LOOKUP_CLIENT"],
    danger: "redirects",
    why: "sends what was computed of prompts to other machines",
    instead: "leave it out: keep it in the pod's memory or disk by LMCACHE_LOCAL_CPU or LMCACHE_LOCAL_DISK",
    source: CONFIG,
    harmless: /^([\w+]+:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/\S*)?|none|null)$/i,
  },
  {
    names: ["P2P", "PD", "XPYD", "NIXL"].map((way) => `LMCACHE_*ENABLE_${way}`),
    danger: "redirects",
    why: "sends what was computed of prompts to other machines",
    instead: "leave it out: a replica is one machine",
    source: CONFIG,
    harmless: OFF,
  },
  {
    names: ["LMCACHE_CONFIG_FILE"],
    danger: "redirects",
    why: "has a file say where what was computed of prompts is sent, and variables are not read beside it",
    instead: "set LMCache's variables",
    source: "docs/source/api_reference/configurations.rst of LMCache",
  },
  {
    names: ["LMCACHE_EXTRA_CONFIG"],
    danger: "redirects",
    why: "names other machines, or modules to import",
    instead: "leave those settings out",
    source: CONFIG,
    harmless: /^(?![^]*(url|host|address|server|nixl|module|plugin))/i,
  },
  {
    names: ["RUNTIME_PLUGIN_LOCATIONS", "PLUGIN_LOCATIONS", "*STORAGE_PLUGINS", "EXTERNAL_BACKENDS"].map(
      (name) => `LMCACHE_${name}`,
    ),
    danger: "injects",
    why: "runs scripts or imports Python by name",
    instead: "leave it out: use the storage that LMCache has",
    source: CONFIG,
  },
  {
    names: ["LMCACHE_INTERNAL_API_SERVER_ENABLED"],
    danger: "opens",
    why: "opens a port that runs the Python scripts which it is sent",
    instead: "leave it out: debug a copy that serves nobody",
    source: "docs/source/api_reference/configurations.rst of LMCache",
    harmless: OFF,
  },
];
