/**
 * The engines of a Ray Serve config, which RayService holds as YAML in a text: no container of the Ray cluster has them in its command.
 * Sources: https://docs.ray.io/en/master/serve/llm/user-guides/configuration.html (`engine_kwargs` are arguments of vLLM),
 * https://docs.ray.io/en/latest/serve/production-guide/config.html (applications and their `runtime_env`), read 2026-11-26
 */
import { parse } from "yaml";
import { at, fields, list, text } from "../read/values.js";
import { Container } from "./containers.js";

/** One container for each engine, as if it were started by `vllm serve`, and one for each application that has none. */
export function serveContainers(config: unknown): Container[] {
  return list(at(parsed(config), "applications")).flatMap((application, index) => {
    const variables = environmentOf(application);
    const engines = enginesIn(at(application, "args"));
    const name = text(at(application, "name")) ?? `#${index}`;
    if (engines.length === 0) return [new Container({ name, env: variables }, "container", index)];
    return engines.map((engine, place) => {
      const env = [...variables, ...environmentOf(engine)];
      return new Container(
        { name: modelOf(engine, "model_id") ?? name, env, command: commandOf(engine) },
        "container",
        place,
      );
    });
  });
}

function parsed(config: unknown): unknown {
  try {
    return parse(text(config) ?? "") as unknown;
  } catch {
    return undefined;
  }
}

/** Builders take them as `llm_configs`, `prefill_config` or `decode_config`; anchors of YAML may have no end. */
const DEEPEST = 4;

function enginesIn(value: unknown, depth = 0): unknown[] {
  if (at(value, "model_loading_config") !== undefined) return [value];
  if (depth === DEEPEST) return [];
  return [...list(value), ...Object.values(fields(value))].flatMap((inner) => enginesIn(inner, depth + 1));
}

function modelOf(engine: unknown, key: string): string | undefined {
  return text(at(engine, "model_loading_config", key));
}

function commandOf(engine: unknown): string[] {
  const model = modelOf(engine, "model_source") ?? modelOf(engine, "model_id");
  const words = model === undefined ? [] : [model];
  return ["vllm", "serve", ...words, ...Object.entries(fields(at(engine, "engine_kwargs"))).flatMap(flagWords)];
}

/** A keyword argument as a flag: `enforce_eager: true` is `--enforce-eager`. */
function flagWords([key, value]: [string, unknown]): string[] {
  const name = key.replaceAll("_", "-");
  if (value === null || value === undefined) return [];
  if (typeof value === "boolean") return [value ? `--${name}` : `--no-${name}`];
  return [`--${name}=${typeof value === "string" ? value : JSON.stringify(value)}`];
}

function environmentOf(of: unknown): Array<{ name: string; value: string }> {
  return Object.entries(fields(at(of, "runtime_env", "env_vars"))).map(([name, value]) => ({
    name,
    value: String(value),
  }));
}
