/** The custom resources that the manifests use, at the versions that the stack installs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Cluster, isConflict, type KubernetesObject } from "./client.js";
import { moduleFolder } from "./go.js";
import { withMark } from "./ownership.js";
import { until } from "./processes.js";

/** CRD files within their modules. */
const FILES = {
  keda: ["scaledobjects", "scaledjobs", "triggerauthentications", "clustertriggerauthentications"].map((plural) =>
    join("config", "crd", "bases", `keda.sh_${plural}.yaml`),
  ),
  prometheusOperator: ["podmonitors", "servicemonitors", "prometheusrules", "scrapeconfigs"].map((plural) =>
    join("example", "prometheus-operator-crd", `monitoring.coreos.com_${plural}.yaml`),
  ),
  karpenter: ["karpenter.sh_nodepools", "karpenter.sh_nodeclaims", "karpenter.k8s.aws_ec2nodeclasses"].map((name) =>
    // Those of the chart `karpenter-crd` are the same, with Helm's marks in them.
    join("pkg", "apis", "crds", `${name}.yaml`),
  ),
} as const;
/** KEDA's operator also watches these. */
const KEDA_EVENTING = ["eventing.keda.sh_cloudeventsources.yaml", "eventing.keda.sh_clustercloudeventsources.yaml"];

/** The definitions, from the modules that are pinned for them. */
export async function customResourceDefinitions(): Promise<KubernetesObject[]> {
  const keda = await moduleFolder("keda");
  const operator = await moduleFolder("prometheusOperator");
  const files = [
    ...FILES.keda.map((file) => join(keda, file)),
    ...KEDA_EVENTING.map((file) => join(keda, "config", "crd", "bases", file)),
    ...FILES.prometheusOperator.map((file) => join(operator, file)),
  ];
  return files.map(definitionIn);
}

/** Karpenter's definitions. `npm run local` needs none: it makes the nodes itself. */
export async function karpenterDefinitions(): Promise<KubernetesObject[]> {
  const karpenter = await moduleFolder("karpenter");
  return FILES.karpenter.map((file) => definitionIn(join(karpenter, file)));
}

function definitionIn(file: string): KubernetesObject {
  return parse(readFileSync(file, "utf8")) as KubernetesObject;
}

interface Definition extends KubernetesObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Definitions that the cluster lacks. */
export async function missingDefinitions(
  cluster: Cluster,
  definitions: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const found = await Promise.all(definitions.map((definition) => cluster.get(definition)));
  return definitions.filter((_, index) => found[index] === undefined);
}

/** Installs the missing definitions as part of the run; existing ones are left as they are. */
export async function installDefinitions(
  cluster: Cluster,
  definitions: readonly KubernetesObject[],
  run: string,
): Promise<string[]> {
  const missing = await missingDefinitions(cluster, definitions);
  await Promise.all(
    missing.map(async (definition) => {
      try {
        await cluster.create(withMark(definition, run));
      } catch (thrown) {
        // Somebody else has installed it meanwhile.
        if (!isConflict(thrown)) throw thrown;
      }
    }),
  );
  await until(
    "the custom resources",
    async () => {
      const all = await Promise.all(definitions.map((definition) => cluster.get<Definition>(definition)));
      return all.every((found) =>
        found?.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True"),
      );
    },
    { seconds: 30 },
  );
  return missing.map(({ metadata }) => metadata.name);
}
