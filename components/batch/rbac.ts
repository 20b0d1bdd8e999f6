/** What the conductor may do at the API server. */
import type { types } from "@pulumi/kubernetes";

type Rule = types.input.rbac.v1.PolicyRule;

/**
 * Makes the workers' Job and reads how far it is. Kubernetes cannot say "Jobs like this one": whoever may make a Job can run any
 * pod of the namespace, with its Secrets and accounts. So only the conductor has it, which runs no model and answers nobody.
 */
export const CONDUCTOR_RULES: Rule[] = [{ apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "get"] }];
