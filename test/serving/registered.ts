/** Runs components under Pulumi's mocks and collects what they register. */
import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registered it. */
export interface Registered {
  urn: string;
  type: string;
  name: string;
  /** Type and name of the parent; absent for what hangs on the stack. */
  parent?: string;
  /** Inputs; what the program marked as secret is `{ secret: value }`. */
  inputs: Record<string, unknown>;
  /** Type and name of each resource that it says to depend on, and of those that its inputs come from. */
  dependencies: string[];
  timeouts: { create: string; update: string };
  /** Type and name of the provider, where it is not the default one. */
  provider?: string;
}

/** What was registered, by type and name. */
export class Registry {
  constructor(readonly all: readonly Registered[]) {}

  /** The resource of a kind (`Deployment`, the last part of the type) and a name; throws unless there is exactly one. */
  get(kind: string, name: string): Registered {
    const found = this.all.filter((resource) => kindOf(resource.type) === kind && resource.name === name);
    if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name} among:\n${this.names().join("\n")}`);
    return found[0]!;
  }

  /** Kinds and names of all, or of the children of one, sorted. */
  names(parent?: string): string[] {
    return this.all
      .filter((resource) => parent === undefined || resource.parent === parent)
      .map(label)
      .sort();
  }

  ofKind(kind: string): Registered[] {
    return this.all.filter(({ type }) => kindOf(type) === kind);
  }
}

const kindOf = (type: string): string => type.split(":").at(-1)!;
const label = ({ type, name }: { type: string; name: string }): string => `${kindOf(type)} ${name}`;

/** `Deployment chat-r1` for a URN. */
function labelOfUrn(urn: string): string {
  const [, , types, name] = urn.split("::");
  return label({ type: types!.split("$").at(-1)!, name: name! });
}

interface Request {
  getParent(): string;
  getType(): string;
  getName(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
}
type Callback = (error: unknown, response: { getUrn(): string } | undefined) => void;

/** Runs `program` as the stack `test` of the project `vllm` and waits until everything is registered. */
export async function registered(program: () => unknown): Promise<Registry> {
  const all: Registered[] = [];
  let inputs: Record<string, unknown> = {};
  const mocks: pulumi.runtime.Mocks = {
    newResource: (args) => {
      inputs = args.inputs as Record<string, unknown>;
      const made = args.type === "random:index/randomPassword:RandomPassword" ? { result: pulumi.secret("k3y") } : {};
      return { id: args.name, state: { ...inputs, ...made } };
    },
    call: () => ({}),
  };
  await pulumi.runtime.setMocks(mocks, "vllm", "test", false);
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, callback: Callback): Promise<void>;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const done = register(request, (error, response) => {
      if (response !== undefined && request.getType() !== "pulumi:pulumi:Stack") {
        const timeouts = request.getCustomtimeouts();
        const parent = request.getParent();
        const provider = request.getProvider();
        all.push({
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          ...(parent !== "" && !parent.includes("pulumi:pulumi:Stack::") && { parent: labelOfUrn(parent) }),
          inputs: plain(mine) as Record<string, unknown>,
          dependencies: request.getDependenciesList().map(labelOfUrn).sort(),
          timeouts: { create: timeouts?.getCreate() ?? "", update: timeouts?.getUpdate() ?? "" },
          ...(provider !== "" && { provider: labelOfUrn(provider) }),
        });
      }
      callback(error, response);
    });
    const mine = inputs;
    return done;
  };
  await pulumi.runtime.runInPulumiStack(() => {
    program();
    return Promise.resolve({});
  });
  await pulumi.runtime.disconnect();
  return new Registry(all);
}

function plain(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return { secret: plain(pulumi.runtime.unwrapRpcSecret(value)) };
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The value of an Output of a program that has run. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value));
  });
}
