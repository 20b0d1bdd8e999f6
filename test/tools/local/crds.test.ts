import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { stringify } from "yaml";

import type { KubernetesObject } from "../../../tools/local/client.js";
import { customResourceDefinitions, installDefinitions, karpenterDefinitions } from "../../../tools/local/crds.js";
import { removeFolders } from "../folders.js";
import { FakeCluster } from "./fakes.js";
import { FakeGo, restorePath } from "./goPrograms.js";

const KEDA = ["scaledobjects", "scaledjobs", "triggerauthentications", "clustertriggerauthentications"];
const OPERATOR = ["podmonitors", "servicemonitors", "prometheusrules", "scrapeconfigs"];
const EVENTING = ["cloudeventsources", "clustercloudeventsources"];

function definition(name: string, status?: object): KubernetesObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name },
    spec: {},
    ...(status && { status }),
  };
}

const established = { conditions: [{ type: "Established", status: "True" }] };

/** Establishes what it is given a while after, as an API server does. */
const RUN = "0123456789abcdef";

class Establishing extends FakeCluster {
  override async create(object: KubernetesObject): Promise<KubernetesObject> {
    const applied = await super.create(object);
    setTimeout(() => this.put({ ...object, status: established }), 30);
    return applied;
  }
}

/** Has Go know modules with these files, each the definition of that name. */
function putInModules(files: readonly [file: string, name: string][]): void {
  const { folder } = new FakeGo({ does: ['echo "{ \\"Dir\\": \\"$(dirname "$0")/..$PWD\\" }"'] });
  const families = join(folder, join(__dirname, "..", "..", "..", "tools", "local", "go"));
  for (const [file, name] of files) {
    mkdirSync(dirname(join(families, file)), { recursive: true });
    writeFileSync(join(families, file), stringify(definition(name)));
  }
}

describe("customResourceDefinitions", () => {
  afterEach(restorePath);
  after(removeFolders);

  it("are read from the modules of KEDA and of the Prometheus operator", async () => {
    const files = [
      ...KEDA.map((plural) => [`keda/config/crd/bases/keda.sh_${plural}.yaml`, `${plural}.keda.sh`]),
      ...EVENTING.map((plural) => [
        `keda/config/crd/bases/eventing.keda.sh_${plural}.yaml`,
        `${plural}.eventing.keda.sh`,
      ]),
      ...OPERATOR.map((plural) => [
        `prometheus-operator/example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`,
        `${plural}.monitoring.coreos.com`,
      ]),
    ] as [string, string][];
    putInModules(files);
    assert.deepEqual(
      await customResourceDefinitions(),
      files.map(([, name]) => definition(name)),
    );
  });
});

describe("karpenterDefinitions", () => {
  afterEach(restorePath);
  after(removeFolders);

  it("are read from Karpenter's module", async () => {
    const names: [string, string][] = [
      ["karpenter.sh", "nodepools"],
      ["karpenter.sh", "nodeclaims"],
      ["karpenter.k8s.aws", "ec2nodeclasses"],
    ];
    putInModules(
      names.map(([group, plural]) => [`karpenter/pkg/apis/crds/${group}_${plural}.yaml`, `${plural}.${group}`]),
    );
    assert.deepEqual(
      await karpenterDefinitions(),
      names.map(([group, plural]) => definition(`${plural}.${group}`)),
    );
  });
});

describe("installDefinitions", () => {
  it("installs what the cluster has not, names that, and waits until it can be used", async () => {
    const theirs = definition("scaledobjects.keda.sh", established);
    const fake = new Establishing(theirs);
    const wanted = [definition("scaledobjects.keda.sh"), definition("podmonitors.monitoring.coreos.com")];
    assert.deepEqual(await installDefinitions(fake.cluster, wanted, RUN), ["podmonitors.monitoring.coreos.com"]);
    assert.deepEqual(fake.at("CustomResourceDefinition scaledobjects.keda.sh"), theirs);
    const installed = fake.at("CustomResourceDefinition podmonitors.monitoring.coreos.com");
    assert.deepEqual(installed["status"], established);
    assert.equal(installed.metadata.labels!["pulumi-vllm.dev/local-run"], RUN);
    assert.deepEqual(await installDefinitions(fake.cluster, wanted, RUN), []);
  });
});
