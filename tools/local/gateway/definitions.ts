/** The custom resources of Gateway API and Envoy Gateway, from the chart in Envoy Gateway's module. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { ApiError, type Cluster, type KubernetesObject } from "../client.js";
import { moduleFolder } from "../go.js";
import { installDefinitions } from "../crds.js";

const TEMPLATES = join("charts", "gateway-crds-helm", "templates");
/** The channel that the chart takes unless told otherwise. */
const GATEWAY_API = "experimental-gatewayapi-crds.yaml";

/** All objects of the chart: definitions, and Gateway API's policy against downgrades. */
export async function gatewayDefinitions(): Promise<KubernetesObject[]> {
  const folder = join(await moduleFolder("envoyGateway"), TEMPLATES);
  const own = readdirSync(join(folder, "generated")).map((name) => join(folder, "generated", name));
  return [join(folder, GATEWAY_API), ...own].flatMap((file) => {
    // Its templating is one condition around each file.
    const text = readFileSync(file, "utf8").replace(/^\{\{-? (if|end).*\}\}$/gm, "");
    return parseAllDocuments(text)
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null);
  });
}

/** Installs them as part of the run. */
export async function installGatewayDefinitions(cluster: Cluster, run: string): Promise<void> {
  const all = await gatewayDefinitions();
  const isDefinition = ({ kind }: KubernetesObject) => kind === "CustomResourceDefinition";
  await installDefinitions(cluster, all.filter(isDefinition), run);
  for (const object of all.filter((one) => !isDefinition(one))) await cluster.apply(object);
}

/** Applies an object whose kind may be so new that the API server does not know it yet. */
export async function applyNewKind(cluster: Cluster, object: KubernetesObject, attempts = 40): Promise<void> {
  try {
    await cluster.apply(object);
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.status === 404) || attempts === 0) throw thrown;
    await new Promise((done) => setTimeout(done, 250));
    await applyNewKind(cluster, object, attempts - 1);
  }
}
