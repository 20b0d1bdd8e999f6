/** Objects that the gateway is made of, as plain data. */

/** An object without its labels. */
export interface GatewayObject {
  apiVersion: string;
  kind: string;
  name: string;
  /** Whether it is in the models' namespace, in the gateway's, or in none. */
  scope: "models" | "gateway" | "cluster";
  spec: Record<string, unknown>;
  /** Beside those of all objects. @default none */
  labels?: Record<string, string>;
}

/** Refers to an object as a policy's target. */
export function target(group: string, kind: string, name: string): { group: string; kind: string; name: string } {
  return { group, kind, name };
}

/** Seconds as the Gateway API writes them. */
export function seconds(count: number): string {
  return `${count}s`;
}
