/** Keys of tenants as the gateway takes them: Secrets from client id to key. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { GatewayConfig } from "../contract/gateway/schema.js";
import { clientId, configKeyName, generatedKeys, type TenantKeys } from "../derive/gateway/keys.js";

/** 48 letters and digits: 285 bits. */
const LENGTH = 48;

/** Keys that the stack makes, by tenant and name; secret. */
export type MadeKeys = Record<string, Record<string, pulumi.Output<string>>>;

/** Names of the Secrets with keys, in the order in which the gateway reads them. @param own of the one that is made */
export function keySecrets(
  { tenants }: Pick<GatewayConfig, "tenants">,
  keys: { [tenant: string]: readonly unknown[] },
  own: string,
): string[] {
  const isMade = Object.entries(tenants).some(
    ([tenant, config]) => (keys[tenant]?.length ?? 0) + generatedKeys(config, keys[tenant]?.length ?? 0).length > 0,
  );
  const existing = Object.values(tenants).flatMap((tenant) => tenant.keys.existingSecrets ?? []);
  return [...(isMade ? [own] : []), ...new Set(existing)];
}

/** What {@link createKeys} is made of. */
interface KeysArgs {
  tenants: GatewayConfig["tenants"];
  /** @default none */
  keys: TenantKeys | undefined;
  metadata: { name: string; namespace: pulumi.Input<string>; labels: Record<string, string> };
}

/** Makes keys and the Secret with them and those of the config. */
export function createKeys(
  name: string,
  { tenants, keys = {}, metadata }: KeysArgs,
  opts: pulumi.CustomResourceOptions,
): { secret: k8s.core.v1.Secret | undefined; made: MadeKeys } {
  const made: MadeKeys = {};
  const data: Record<string, pulumi.Output<string>> = {};
  for (const [tenant, config] of Object.entries(tenants)) {
    const given = keys[tenant] ?? [];
    given.forEach((key, index) => {
      data[clientId(tenant, configKeyName(index))] = pulumi.secret(key);
    });
    for (const key of generatedKeys(config, given.length)) {
      const { result } = new random.RandomPassword(
        `${name}-${tenant}-${key}`,
        { length: LENGTH, special: false },
        opts,
      );
      const value = pulumi.secret(result);
      data[clientId(tenant, key)] = value;
      made[tenant] = { ...made[tenant], [key]: value };
    }
  }
  if (Object.keys(data).length === 0) return { secret: undefined, made };
  const secret = new k8s.core.v1.Secret(`${name}-keys`, { metadata, type: "Opaque", stringData: data }, opts);
  return { secret, made };
}
