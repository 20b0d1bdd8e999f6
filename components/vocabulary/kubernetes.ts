/** Names that Kubernetes itself gives. */

/** The label that Kubernetes puts on every namespace, and lets nobody change. */
export const NAMESPACE_NAME = "kubernetes.io/metadata.name";
