/** Runs the real program under Pulumi's own test runtime and collects what it registers. */
import { setFlagsFromString } from "node:v8";
import * as pulumi from "@pulumi/pulumi";
import { NAMESPACE } from "../stacks/namespace.js";
import { main } from "../stacks/main.js";
import { answer, computedOutputs } from "./providers.js";
import { SECRET_PLACEHOLDER } from "../stacks/secrets.js";
import type { StackFile } from "./stackFile.js";

/** A resource as the program registered it. */
export interface CollectedResource {
  urn: string;
  type: string;
  name: string;
  /** URN; absent for the stack itself. */
  parent?: string;
  /** URNs of what has to be there before it; absent where there is nothing. */
  dependencies?: string[];
  /** False for components, which are no objects anywhere. */
  custom: boolean;
  /** Inputs, with every secret masked. */
  inputs: Record<string, unknown>;
  /** Whether some of {@link inputs} was masked. */
  secret: boolean;
}

/** Where no stack says which: the region that the price table is of. */
export const DEFAULT_REGION = "us-east-1";

/** Zones that the config names for reserved capacity. */
function reservedZones(engineConfig: Readonly<Record<string, string>>): string[] {
  const cluster = engineConfig[`${NAMESPACE}:cluster`];
  return [...(cluster ?? "").matchAll(/"zone":"([^"]+)"/g)].map(([, zone]) => zone!);
}

/** The request that the SDK sends to the engine, as far as it is read here. */
interface RegisterRequest {
  getParent(): string;
  getName(): string;
  getType(): string;
  getCustom(): boolean;
  getDependenciesList(): string[];
}
type Register = (
  request: RegisterRequest,
  callback: (error: unknown, response: { getUrn(): string } | undefined) => void,
) => Promise<void>;

/**
 * Keeps memory and time in proportion for stacks of hundreds of models. The SDK prepares every resource before the first is
 * registered and keeps a stack trace with each promise: left out, they take half of the time and memory. V8, seeing a
 * large machine, would let the heap grow to three times what is in use.
 */
function frugally(): () => void {
  setFlagsFromString("--heap-growing-percent=15");
  const before = Error.stackTraceLimit;
  // A limit that somebody set (node --stack-trace-limit) is there to find a fault.
  if (before === DEFAULT_STACK_TRACE_LIMIT) Error.stackTraceLimit = 0;
  return () => {
    Error.stackTraceLimit = before;
  };
}
const DEFAULT_STACK_TRACE_LIMIT = 10;

/** Runs this project's program for a stack whose config is right. */
export function collect(file: StackFile): Promise<CollectedResource[]> {
  return collectFrom(file, () => ({ models: main() }));
}

/** As much of a stack as a program sees. */
type StackValues = Pick<StackFile, "stack" | "engineConfig" | "engineSecretKeys">;

/**
 * Runs a program and collects what it registers.
 *
 * One at a time: the SDK's runtime is a global of the process.
 */
export async function collectFrom(file: StackValues, program: () => object): Promise<CollectedResource[]> {
  const resources: CollectedResource[] = [];
  // Handed over within one call of the monitor, which calls the mock before it does anything else.
  let inputs: Record<string, unknown> = {};
  const region = file.engineConfig["aws:region"] ?? DEFAULT_REGION;
  const mocks: pulumi.runtime.Mocks = {
    newResource: (args) => {
      inputs = args.inputs as Record<string, unknown>;
      return { id: args.name, state: { ...inputs, ...computedOutputs(args.type, args.name, inputs) } };
    },
    call: ({ token }) => answer(token, region, reservedZones(file.engineConfig)),
  };
  await pulumi.runtime.setMocks(mocks, NAMESPACE, file.stack, false);
  pulumi.runtime.setAllConfig(file.engineConfig, file.engineSecretKeys);

  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    let mine: Record<string, unknown> = {};
    const done = register(request, (error, response) => {
      if (response !== undefined) {
        const { value, secret } = maskSecrets(mine);
        const parent = request.getParent();
        const dependencies = request.getDependenciesList();
        resources.push({
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          ...(parent !== "" && { parent }),
          ...(dependencies.length > 0 && { dependencies }),
          custom: request.getCustom(),
          inputs: value as Record<string, unknown>,
          secret,
        });
      }
      callback(error, response);
    });
    mine = inputs;
    return done;
  };
  const restore = frugally();
  try {
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    // The stack's own outputs do not wait for resources that nothing depends on.
    await pulumi.runtime.disconnect();
  } finally {
    restore();
  }
  return resources;
}

/** Masks what the SDK marked as secret: every text within it. */
function maskSecrets(value: unknown, within = false): { value: unknown; secret: boolean } {
  if (pulumi.runtime.isRpcSecret(value)) {
    return { value: maskSecrets(pulumi.runtime.unwrapRpcSecret(value), true).value, secret: true };
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => maskSecrets(item, within));
    return { value: items.map((item) => item.value), secret: items.some((item) => item.secret) };
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).map(([key, item]) => [key, maskSecrets(item, within)] as const);
    return {
      value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
      secret: entries.some(([, item]) => item.secret),
    };
  }
  return { value: within && typeof value === "string" ? SECRET_PLACEHOLDER : value, secret: false };
}
