/** The gateway against models, access and keys. */
import { checkGateway, checkKeyOwners, checkLocked, checkNoGateway } from "../../components/checks/gateway/gateway.js";
import { entriesOf, given, isWrong } from "../../components/config/parts.js";
import { joinPath } from "../../components/config/parse.js";
import { error, type Problem, quote, warning } from "../../components/config/problems.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { NAMESPACE } from "../namespace.js";
import { namespaceName } from "../schema.js";
import { TENANT_KEYS } from "../tenantKeys.js";
import type { Sections } from "./sections.js";

const PATH = `${NAMESPACE}:gateway`;
const MODELS = `${NAMESPACE}:models`;

export function checkDoor({ plain, models }: Sections): Problem[] {
  const { gateway, tenantKeys } = plain;
  const owners = entriesOf(tenantKeys).map(([tenant]) => tenant);
  const keysPath = `${NAMESPACE}:${TENANT_KEYS}`;
  if (gateway === undefined) {
    return [...checkNoGateway(models.models, MODELS, PATH), ...checkKeyOwners(owners, [], keysPath, PATH)];
  }
  const section = gateway;
  const tenants = isWrong(section.tenants) ? undefined : Object.keys(section.tenants);
  return [
    ...checkGateway({
      ...{ gateway: section, path: PATH, models: models.models, modelsPath: MODELS, names: models.names },
    }),
    ...checkKeyOwners(owners, tenants, keysPath, PATH),
    ...checkLocked(section, owners, PATH),
    ...given([section.namespace, plain.namespace], (doors, own) =>
      doors === namespaceName(own)
        ? [
            error(
              `${PATH}.namespace`,
              `${quote(doors)} is the models' namespace: give the proxies one of their own, so that a rule about them says nothing of models`,
            ),
          ]
        : [],
    ),
    ...given([plain.platform], ({ prometheus: { monitors } }) =>
      monitors === "none" ? models.models.flatMap(unscraped) : [],
    ),
    ...given([plain.access], ({ clientNamespaces }) =>
      clientNamespaces === undefined
        ? []
        : [
            error(
              `${NAMESPACE}:access.clientNamespaces`,
              `opens the models beside the gateway, past its keys and limits: leave it out, and make each client a tenant of ${PATH}`,
            ),
          ],
    ),
  ];
}

function unscraped({ name, gateway }: ServedModel): Problem[] {
  if (gateway?.fromZero === undefined) return [];
  const message =
    "is woken by the series of the gateway's proxies, and platform.prometheus.monitors is none: scrape /stats/prometheus at port 19001 of the proxies yourself, or nothing wakes it";
  return [warning(joinPath(MODELS, [name, "gateway", "fromZero"]), message)];
}
