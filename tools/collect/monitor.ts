/** The engine's end of the SDK's calls, as far as a program without an engine needs it. */
import * as pulumi from "@pulumi/pulumi";
import { answer, type CloudFacts, computedOutputs } from "../providers.js";
import { type CollectedResource, maskSecrets } from "./resource.js";

type Properties = Record<string, unknown>;

/** The fields of the SDK's request to the engine that are read here. */
interface RegisterRequest {
  getParent(): string;
  getName(): string;
  getType(): string;
  getCustom(): boolean;
  getDependenciesList(): string[];
  getObject(): never;
}

/** The fields of the engine's answer that the SDK reads. */
class RegisterResponse {
  constructor(
    private readonly urn: string,
    private readonly id: string,
    private readonly outputs: Properties,
  ) {}

  getUrn(): string {
    return this.urn;
  }

  getId(): string {
    return this.id;
  }

  /** What the SDK would unpack. */
  getObject(): { toJavaScript(): Properties } {
    const { outputs } = this;
    return { toJavaScript: () => outputs };
  }

  getPropertydependenciesMap(): undefined {
    return undefined;
  }

  /** Whether the engine skipped the resource: `@pulumi/pulumi` 3.270 asks, 3.248 does not. */
  getUnknown(): boolean {
    return false;
  }

  /** `proto.Result.SUCCESS`. */
  getResult(): number {
    return 0;
  }
}

type Register = (
  request: RegisterRequest,
  callback: (error: unknown, response: RegisterResponse | undefined) => void,
) => Promise<void>;

/** The SDK's own, which its types leave out. */
interface MockMonitor {
  resources: Map<string, { urn: string; id: string; state: Properties }>;
  newUrn(parent: string, type: string, name: string): string;
  registerResource: Register;
}

/**
 * Has the SDK's mock monitor hand over what the program registers.
 *
 * It registers as the mock does, but does not pack and unpack outputs for a transport that does not exist: that took an eighth
 * of a run.
 */
export async function startMonitor(
  project: string,
  stack: string,
  cloud: CloudFacts,
  collect: (resource: CollectedResource) => void,
): Promise<void> {
  const outputsOf = (type: string, name: string, inputs: Properties) => ({
    ...inputs,
    ...computedOutputs(type, name, inputs),
  });
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => ({ id: name, state: outputsOf(type, name, inputs as Properties) }),
    call: ({ token, inputs }) => answer(token, inputs as Properties, cloud),
  };
  await pulumi.runtime.setMocks(mocks, project, stack, false);
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;

  monitor.registerResource = async (request, callback) => {
    try {
      const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
      const inputs = pulumi.runtime.deserializeProperties(request.getObject());
      // As many turns as the mock takes, so that resources come in the order that tests with the mock see.
      await Promise.resolve();
      const urn = monitor.newUrn(parent, type, name);
      const outputs = await pulumi.runtime.serializeProperties("", outputsOf(type, name, inputs));
      monitor.resources.set(urn, { urn, id: name, state: outputs });
      const { value, secret } = maskSecrets(inputs);
      const dependencies = request.getDependenciesList();
      collect({
        urn,
        type,
        name,
        ...(parent !== "" && { parent }),
        ...(dependencies.length > 0 && { dependencies }),
        custom: request.getCustom(),
        inputs: value as Properties,
        secret,
      });
      callback(null, new RegisterResponse(urn, name, outputs));
    } catch (thrown) {
      callback(thrown, undefined);
    }
  };
}
