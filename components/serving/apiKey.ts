import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { API_KEY, apiKeySecret, GATEWAY_CREDENTIAL, gatewaySecret } from "../vocabulary/secrets.js";
import type { SecretKey } from "../engine/secretKey.js";

/** Inputs of {@link ApiKey}. */
export interface ApiKeyArgs {
  /** Namespace and labels of the Secret, and the start of its name. */
  metadata: { name: string; namespace: pulumi.Input<string>; labels: Record<string, string> };
  /** Whether to make the Secret that the gateway sends the key from, too. @default false */
  forGateway?: boolean;
}

/** 40 letters and digits: 238 bits. */
const LENGTH = 40;

/** An API key that nobody has to think of: made once, secret in the state, kept in a Secret named `<name>-api-key`. */
export class ApiKey extends pulumi.ComponentResource {
  readonly secretKey: SecretKey;

  constructor(name: string, args: ApiKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:serving:ApiKey", name, {}, opts);
    const { namespace, labels } = args.metadata;
    const password = new random.RandomPassword(name, { length: LENGTH, special: false }, { parent: this });
    const secret = new k8s.core.v1.Secret(
      apiKeySecret(name),
      {
        metadata: { name: apiKeySecret(args.metadata.name), namespace, labels },
        type: "Opaque",
        stringData: { [API_KEY]: password.result },
      },
      { parent: this },
    );
    this.secretKey = { name: secret.metadata.name, key: API_KEY };
    if (args.forGateway === true) {
      new k8s.core.v1.Secret(
        gatewaySecret(name),
        {
          metadata: { name: gatewaySecret(args.metadata.name), namespace, labels },
          type: "Opaque",
          stringData: { [GATEWAY_CREDENTIAL]: pulumi.secret(pulumi.interpolate`Bearer ${password.result}`) },
        },
        { parent: this },
      );
    }
    this.registerOutputs({ secretName: secret.metadata.name });
  }
}
