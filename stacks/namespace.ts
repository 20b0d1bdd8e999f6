import { joinPath } from "../components/config/parse.js";
import { error, nearest, type Problem, quote } from "../components/config/problems.js";
import { stackConfigSchema } from "./schema.js";

/** The start of every key: the project's name in Pulumi.yaml. */
export const NAMESPACE = "vllm";

/** Namespace and name of a key, whatever stands between them: `vlm:models`, `vllm.models`, `vllm-models`. */
const KEY = /^([^:.-]+)[:.-](.+)$/;

/**
 * An error for each key that is one of ours but for its namespace, such as `vlm:models`. Pulumi takes it for another project's and
 * says nothing.
 *
 * @param keys as written, with their namespaces
 * @param path of the config that they are keys of
 */
export function misspeltKeys(keys: readonly string[], path: string): Problem[] {
  const known = Object.keys(stackConfigSchema.shape);
  return keys.flatMap((key) => {
    const [, namespace, name] = KEY.exec(key) ?? [];
    if (namespace === undefined || key.startsWith(`${NAMESPACE}:`) || !known.includes(name!)) return [];
    if (nearest(namespace, [NAMESPACE]).length === 0) return [];
    return [error(joinPath(path, [key]), `is nobody's key: write ${quote(`${NAMESPACE}:${name}`)}`)];
  });
}
