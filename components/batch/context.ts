import type { PodConfig } from "../contract/pod.js";
import type { NodeGroups } from "../contract/nodeGroup.js";
import type { SecretKey } from "../engine/secretKey.js";

/** What the pods of a batch share. */
export interface BatchPodContext {
  /** Of the models: plain text, since it goes into documents. */
  namespace: string;
  nodeGroups: NodeGroups;
  /** The workers' account. */
  serviceAccountName: string;
  /** Name of the ConfigMap with the programs. */
  programs: string;
  /** @default the cluster's default class */
  priorityClassName?: string;
  /** Token of the Hugging Face Hub, for gated models. @default none */
  huggingFaceToken?: SecretKey;
  /** What the platform adds to the pods. @default nothing */
  extension?: PodConfig;
}
