/** A stack with a gateway, for tests to change, and what it renders to. */
import type { GatewayObject } from "../../components/gateway/objects.js";
import { gatewayObjects } from "../../components/gateway/gatewayObjects.js";
import { keySecrets } from "../../components/gateway/tenantKeys.js";
import { formatProblem } from "../../components/config/problems.js";
import { parseStackConfig, type StackConfig } from "../../stacks/config.js";
import { namespaceName } from "../../stacks/schema.js";
import { type Config, merged, modelConfig } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";

/** The smallest gateway. */
export const GATEWAY: Config = {
  host: "llm.example.com",
  tls: { secret: "llm-tls" },
  tenants: { acme: { models: ["chat"], limits: { requestsPerMinute: 60 } } },
};

/** Values under `vllm:` of a stack with a gateway, with changes. */
export function gatewayValues(gateway: Config = {}, changes: Config = {}): Config {
  return stackValues(merged({ gateway: merged(GATEWAY, gateway) }, changes));
}

/** The config of such a stack. @throws with every error in it */
export function gatewayStack(gateway: Config = {}, changes: Config = {}, secrets: readonly string[] = []): StackConfig {
  const { config, problems } = parseStackConfig(gatewayValues(gateway, changes), secrets);
  if (config === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  return config;
}

/** What is wrong with such a stack's config, a line a problem; warnings are marked. */
export function gatewayProblems(gateway: Config = {}, changes: Config = {}, secrets: readonly string[] = []): string[] {
  return parseStackConfig(gatewayValues(gateway, changes), secrets).problems.map(
    (problem) => (problem.severity === "warning" ? "warning: " : "") + formatProblem(problem),
  );
}

/** The objects of the gateway of the stack `test`, whose models are in `vllm`. */
export function rendered(gateway: Config = {}, changes: Config = {}): GatewayObject[] {
  const config = gatewayStack(gateway, changes);
  return gatewayObjects({
    ...{ config: config.gateway!, models: config.models, partOf: "test", access: config.access },
    namespace: namespaceName(config.namespace),
    monitoringNamespace: config.platform.prometheus.namespace,
    keySecrets: keySecrets(config.gateway!, {}, "test.keys"),
  });
}

/** The spec of one object. @throws if there is none, or more than one */
export function specOf(objects: readonly GatewayObject[], kind: string, name: string): Record<string, unknown> {
  const found = objects.filter((object) => object.kind === kind && object.name === name);
  if (found.length !== 1)
    throw new Error(`${found.length} of ${kind} ${name}: ${objects.map((o) => `${o.kind} ${o.name}`).join(", ")}`);
  return found[0]!.spec;
}

/** A second model. */
export const SMALL = { small: modelConfig({ servedNames: ["small"] }) };
