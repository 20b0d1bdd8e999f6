/** Keys of tenants: which there are, and their names. */
import type { TenantConfig } from "../../contract/gateway/tenants.js";

/** Keys of the config by tenant, as `vllm:tenantKeys` has them; secret. */
export type TenantKeys = Readonly<Record<string, readonly string[]>>;

/** Name of a tenant's nth key of the config, from 1 on, in logs. */
export function configKeyName(index: number): string {
  return `config-${index + 1}`;
}

/** A client's id, by which the gateway knows a key: `<tenant>.<key>`. */
export function clientId(tenant: string, key: string): string {
  return `${tenant}.${key}`;
}

/** Names of the keys that the stack makes for a tenant. @param fromConfig how many the config has */
export function generatedKeys({ keys }: Pick<TenantConfig, "keys">, fromConfig: number): readonly string[] {
  if (keys.generated !== undefined) return keys.generated;
  return fromConfig === 0 && keys.existingSecrets === undefined ? ["main"] : [];
}
