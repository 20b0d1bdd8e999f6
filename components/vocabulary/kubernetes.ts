/** Names that Kubernetes itself gives. */

/** The label that Kubernetes puts on every namespace, and lets nobody change. */
export const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** Label of a namespace: the Pod Security Standard that its pods must keep. */
export const POD_SECURITY = "pod-security.kubernetes.io/enforce";

/** The label that an EndpointSlice has of its Service. */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
