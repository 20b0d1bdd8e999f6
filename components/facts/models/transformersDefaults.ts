/**
 * What transformers takes for the keys that a config.json leaves out, by `model_type`.
 *
 * Source: the config classes of transformers 5.19.0 (PyPI, 2026-11-26), read by tools/models/transformers_defaults.py.
 */
import table from "./transformersDefaults.json";

export const TRANSFORMERS_DEFAULTS: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> =
  table.defaults;
