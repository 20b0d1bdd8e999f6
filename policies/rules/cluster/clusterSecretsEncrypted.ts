import { clusterOf } from "../../nodes/clusters.js";
import { strings } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

export const clusterSecretsEncrypted = resourceRule(
  {
    name: "cluster-secrets-encrypted",
    description: "A cluster encrypts its Secrets with a KMS key of the account.",
    why: "API keys and registry tokens are in etcd, encrypted with a key of AWS: you can neither see who used it nor revoke it.",
    remediationSteps:
      'Set encryptionConfig with resources ["secrets"] and a KMS key (eks.Cluster: encryptionConfigKeyArn).',
    equalForms:
      "Clusters of the AWS and AWS Native providers and of pulumi-eks are judged alike, with one `encryptionConfig` or a list. EKS' own encryption with a key of AWS does not count; whether the key is the account's is not seen.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const { keyPath } = cluster;
    if (keyPath !== undefined) {
      if (!cluster.hasKey) report(`${keyPath} is not set: give the ARN of a KMS key`);
      return;
    }
    const { path, value } = cluster.encrypted;
    if (strings(value).includes("secrets")) return;
    report(`${path} ${state(value)}: set ["secrets"], and provider.keyArn to a KMS key`);
  },
);
