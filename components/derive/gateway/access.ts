/** Whose requests a model's pods take where there is a gateway. */

/** Pods that may send requests to models, in place of those of `access.clientNamespaces`. */
export interface GatewayClients {
  /** Namespace of the gateway's proxies. */
  namespace: string;
  /** Labels of their pods. */
  podLabels: Record<string, string>;
  /** Names of our own batches that send lines to a model. @default none */
  batches?: (model: string) => readonly string[];
}
