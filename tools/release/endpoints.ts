/** Where an evaluation reaches the two releases. */
import { runtimeName } from "../../components/derive/objects.js";
import { CLIENT_HEADERS } from "../../components/vocabulary/gateway.js";
import { HTTP_PORT } from "../../components/vocabulary/ports.js";
import { namespaceName } from "../../stacks/schema.js";
import type { Endpoint, Endpoints } from "./evaluate.js";
import type { Rollout } from "./rollout.js";

/** By the gateway, with the header that names the release; without one by the releases' Services, within the cluster. */
export function endpointsOf({ loaded: { config }, model }: Rollout, candidate: string): Endpoints {
  const { gateway } = config;
  const endpoint = (release: string): Endpoint => {
    if (gateway !== undefined)
      return { release, url: `https://${gateway.host}`, headers: { [CLIENT_HEADERS.release]: release } };
    const service = runtimeName(model.releases.get(release)!);
    return { release, url: `http://${service}.${namespaceName(config.namespace)}.svc:${HTTP_PORT}`, headers: {} };
  };
  return { model: model.servedNames[0]!, stable: endpoint(model.route.stable), canary: endpoint(candidate) };
}
