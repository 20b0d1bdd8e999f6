/** What a Deployment tells its container, for a program of this machine that plays it. */
import type { KubernetesObject } from "../client.js";

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string } };
}

/** A Deployment, as far as its containers go. */
export interface Workload extends KubernetesObject {
  spec: {
    template: {
      spec: {
        containers: { name: string; args?: string[]; env?: Variable[] }[];
        volumes?: { name: string; secret?: { secretName: string }; configMap?: { name: string } }[];
      };
    };
  };
}

/** A container's arguments and variables, with what Kubernetes fills in. */
export function containerOf(
  { metadata, spec }: Workload,
  name: string,
): { args: string[]; environment: Record<string, string> } {
  const container = spec.template.spec.containers.find((one) => one.name === name);
  if (container === undefined) throw new Error(`Deployment ${metadata.name} has no container ${name}`);
  const fields: Record<string, string> = {
    "metadata.namespace": metadata.namespace ?? "default",
    "metadata.name": `${metadata.name}-0`,
  };
  const environment = Object.fromEntries(
    (container.env ?? []).map(({ name: key, value, valueFrom }) => [
      key,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ""] ?? "local",
    ]),
  );
  const args = (container.args ?? []).map((argument) =>
    argument.replace(/\$\((\w+)\)/g, (whole, key: string) => environment[key] ?? whole),
  );
  return { args, environment };
}

/** Name of the Secret or ConfigMap of a volume. */
export function sourceOf({ metadata, spec }: Workload, volume: string): string {
  const found = spec.template.spec.volumes?.find(({ name }) => name === volume);
  const source = found?.secret?.secretName ?? found?.configMap?.name;
  if (source === undefined) throw new Error(`Deployment ${metadata.name} has no volume ${volume}`);
  return source;
}
