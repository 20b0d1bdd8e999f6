/** Runs components of AWS under Pulumi's mocks, with what providers would compute and answer offline. */
import * as pulumi from "@pulumi/pulumi";

import { answer, computedOutputs } from "../../tools/providers.js";
import { registered, type Registry } from "../serving/registered.js";

const REGION = "eu-central-1";
/** The account that `tools/providers.ts` makes ARNs of. */
export const ACCOUNT = "123456789012";

/** A question to AWS. */
interface Call {
  token: string;
  inputs: Record<string, unknown>;
}

/** What was registered, and what a {@link Registry} does not say of it. */
export interface Run<T> {
  registry: Registry;
  made: T;
  /** Ignored properties by kind and name, such as `NodeGroup gpu`. */
  ignored: Record<string, string[]>;
  calls: Call[];
}

interface Request {
  getType(): string;
  getName(): string;
  getIgnorechangesList(): string[];
}

/**
 * Runs `program` in `region`; what it returns is `made`.
 *
 * @param answers what AWS answers to some questions, by the last part of their token, such as `getRegion`
 */
export async function awsRegistered<T>(
  program: () => T,
  region = REGION,
  answers: Readonly<Record<string, Record<string, unknown>>> = {},
): Promise<Run<T>> {
  const ignored: Record<string, string[]> = {};
  const calls: Call[] = [];
  let made: T | undefined;
  const registry = await registered(() => {
    const monitor = pulumi.runtime.getMonitor() as unknown as {
      mocks: pulumi.runtime.Mocks;
      registerResource(request: Request, callback: unknown): Promise<void>;
    };
    const { mocks } = monitor;
    monitor.mocks = {
      newResource: (args) => {
        const { id, state } = mocks.newResource(args) as { id: string; state: object };
        return { id, state: { ...state, ...computedOutputs(args.type, args.name, args.inputs as Call["inputs"]) } };
      },
      call: ({ token, inputs }) => {
        const question = token.split(":").at(-1)!;
        calls.push({ token: question, inputs: inputs as Call["inputs"] });
        return answers[question] ?? answer(token, inputs as Call["inputs"], { region });
      },
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
      const list = request.getIgnorechangesList();
      if (list.length > 0) ignored[`${request.getType().split(":").at(-1)} ${request.getName()}`] = list;
      return register(request, callback);
    };
    made = program();
  });
  return { registry, made: made!, ignored, calls };
}

/** Inputs by name of all resources of a kind. */
export function inputsOf(registry: Registry, kind: string): Record<string, Record<string, unknown>> {
  return Object.fromEntries(registry.ofKind(kind).map(({ name, inputs }) => [name, inputs]));
}

/** Why an Output has no value; what the SDK says of where that was noticed is left out. */
export async function reasonOf(output: pulumi.Output<unknown>): Promise<string> {
  try {
    await (output as unknown as { promise(): Promise<unknown> }).promise();
  } catch (thrown) {
    return (thrown as Error).message.replace(/^(error serializing property "\w+": )+/, "");
  }
  return "it has one";
}
