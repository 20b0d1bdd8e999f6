import { clusterOf } from "../../nodes/clusters.js";
import { at, isStated, strings } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

export const clusterSecretsEncrypted = resourceRule(
  {
    name: "cluster-secrets-encrypted",
    description: "A cluster encrypts its Secrets with a KMS key of the account.",
    why: "API keys and registry tokens are in etcd, encrypted with a key of AWS: you can neither see who used it nor revoke it.",
    remediationSteps:
      'Set encryptionConfig with resources ["secrets"] and a KMS key (eks.Cluster: encryptionConfigKeyArn).',
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const cluster = clusterOf(resource);
    if (cluster === undefined) return;
    const { props, isComponent } = cluster;
    if (isComponent) {
      if (!isStated(props, "encryptionConfigKeyArn")) {
        report("encryptionConfigKeyArn is not set: give the ARN of a KMS key");
      }
      return;
    }
    const encrypted = at(props, "encryptionConfig", "resources");
    if (strings(encrypted).includes("secrets")) return;
    report(`encryptionConfig.resources ${state(encrypted)}: set ["secrets"], and provider.keyArn to a KMS key`);
  },
);
