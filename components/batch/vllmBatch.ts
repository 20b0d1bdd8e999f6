import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { requireSound } from "../checks/sound.js";
import { batchLabels, batchName, conductorName, jobName } from "../derive/batch/objects.js";
import { type BatchPlan, hasEngine } from "../derive/batch/plan.js";
import { mergedPod } from "../derive/pod.js";
import { createConfigMaps } from "../engine/configMaps.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { programs } from "../programs/programs.js";
import { conductorJob, conductorText, cronJobSpec } from "./conductor.js";
import { conductorPolicy, workerPolicy } from "./networkPolicies.js";
import { CONDUCTOR_RULES } from "./rbac.js";
import { podTemplate, workerJob } from "./workerJob.js";
import type { BatchPodContext } from "./context.js";

/** Inputs of {@link VllmBatch}. */
export interface VllmBatchArgs {
  /** What to run, as `loadModels` returns it of `batch`. */
  plan: BatchPlan;
  environment: ServingEnvironment;
  /** Whether a role is bound to the accounts by EKS Pod Identity, so that they need no annotation of it. @default false */
  hasPodIdentity?: boolean;
}

/** Annotation by which EKS gives an account a role: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";
/** Pulumi waits for a Job's end otherwise, which may be a day away. */
const NO_WAIT = { "pulumi.com/skipAwait": "true" };

/** Kueue's and Kubernetes' own controllers write the rest of a Job that has been made. */
type Metadata = { namespace: pulumi.Input<string>; labels: Record<string, string> };

/**
 * A batch: a CronJob whose pod conducts a run, and all that a run needs: accounts, rights, network policies, programs. Without a
 * schedule the CronJob rests, as the template of runs that are submitted; with an input in the config one run is started, too.
 */
export class VllmBatch extends pulumi.ComponentResource {
  readonly cronJob: k8s.batch.v1.CronJob;
  /** The run of the config's own input. */
  readonly job: k8s.batch.v1.Job | undefined;
  /** Names of the accounts whose pods reach the places. */
  readonly serviceAccounts: { conductor: string; worker: string };

  /** @throws ContractError with every problem of the release */
  constructor(name: string, args: VllmBatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:batch:VllmBatch", name, {}, opts);
    const { plan, environment } = args;
    if (hasEngine(plan.work)) requireSound(plan.work.release, name);
    const { namespace, partOf } = environment;
    const metadata = { namespace, labels: batchLabels(plan, partOf) };
    const child = { parent: this };
    this.serviceAccounts = { conductor: conductorName(plan), worker: batchName(plan) };

    const before = [
      ...this.accounts(name, args, metadata),
      ...this.policies(name, args, metadata),
      ...(hasEngine(plan.work) ? createConfigMaps(name, plan.work.release, metadata, child) : []),
      ...(hasEngine(plan.work) ? (environment.cache?.before(plan.work.release) ?? []) : []),
    ];
    const files = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { ...metadata, name: batchName(plan) },
        data: programs("batch_conduct.py", "batch_run.py", "batch_send.py", "batch_files.py"),
      },
      child,
    );
    const after = { ...child, dependsOn: [...before, files] };
    const run = contextOf(args).apply((context) => {
      const workers = workerJob(plan, environment, context);
      const spec = conductorText(plan, workers);
      // A run that has been made is not made again for other labels.
      const withoutLabels = workerJob(plan, { ...environment, costLabels: undefined }, context);
      return {
        name: jobName(plan, conductorText(plan, withoutLabels)),
        job: conductorJob(plan, partOf, context, spec),
        template: podTemplate(batchName(plan), workers),
      };
    });
    // The workers' Job stands in a text that no policy reads: this is the same pod as an object, for policies and for people.
    new k8s.core.v1.PodTemplate(
      name,
      { metadata: run.template.metadata, template: run.template.template },
      { ...child, dependsOn: before },
    );
    this.cronJob = new k8s.batch.v1.CronJob(
      name,
      {
        metadata: { ...metadata, name: batchName(plan) },
        spec: run.job.apply((job) => cronJobSpec(plan, job, metadata.labels)),
      },
      after,
    );
    this.job =
      plan.input === undefined || plan.schedule !== undefined
        ? undefined
        : new k8s.batch.v1.Job(
            name,
            {
              // Kept until the config goes: one that had gone by itself would be made and run again.
              metadata: { ...metadata, name: run.name, annotations: NO_WAIT },
              spec: run.job,
            },
            environment.costLabels === undefined ? after : { ...after, ignoreChanges: ["spec.template"] },
          );
    this.registerOutputs({ cronJob: this.cronJob });
  }

  /** Accounts, and what the conductor's may do. */
  private accounts(
    name: string,
    { plan, hasPodIdentity = false }: VllmBatchArgs,
    metadata: Metadata,
  ): pulumi.Resource[] {
    const { roleArn, annotations } = plan.podIdentity ?? {};
    const own = { ...annotations, ...(roleArn !== undefined && !hasPodIdentity && { [ROLE_ANNOTATION]: roleArn }) };
    const { conductor, worker } = this.serviceAccounts;
    const child = { parent: this };
    const accounts = Object.entries({ [name]: worker, [`${name}-conductor`]: conductor }).map(
      ([resource, account]) =>
        new k8s.core.v1.ServiceAccount(
          resource,
          {
            metadata: { ...metadata, name: account, ...(Object.keys(own).length > 0 && { annotations: own }) },
            automountServiceAccountToken: false,
          },
          child,
        ),
    );
    const named = { ...metadata, name: conductor };
    const role = new k8s.rbac.v1.Role(`${name}-conductor`, { metadata: named, rules: CONDUCTOR_RULES }, child);
    const binding = new k8s.rbac.v1.RoleBinding(
      `${name}-conductor`,
      {
        metadata: named,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: conductor },
        subjects: [{ kind: "ServiceAccount", name: conductor, namespace: metadata.namespace }],
      },
      { ...child, dependsOn: [role] },
    );
    return [...accounts, binding];
  }

  private policies(name: string, { plan, environment }: VllmBatchArgs, metadata: Metadata): pulumi.Resource[] {
    const { access, namespace } = environment;
    const policies = { [name]: workerPolicy, [`${name}-conductor`]: conductorPolicy };
    return Object.entries(policies).map(
      ([resource, policy]) =>
        new k8s.networking.v1.NetworkPolicy(
          resource,
          {
            metadata: { ...metadata, name: policy === workerPolicy ? batchName(plan) : conductorName(plan) },
            spec: pulumi.output(namespace).apply((own) => policy(plan, access, own)),
          },
          { parent: this },
        ),
    );
  }
}

/** What pods need to know, once all of it is known: it stands in a document. */
function contextOf({ plan, environment }: VllmBatchArgs): pulumi.Output<BatchPodContext> {
  const { namespace, priorityClasses, huggingFaceToken, nodeGroups, pod } = environment;
  return pulumi
    .output({ namespace, priorityClassName: priorityClasses?.[plan.class], huggingFaceToken })
    .apply((known) => ({
      namespace: known.namespace,
      nodeGroups,
      serviceAccountName: batchName(plan),
      programs: batchName(plan),
      ...(known.priorityClassName !== undefined && { priorityClassName: known.priorityClassName }),
      ...(known.huggingFaceToken !== undefined && { huggingFaceToken: known.huggingFaceToken }),
      extension: mergedPod(pod),
    }));
}
