/** The gateway against models, access and keys. */
import { checkGateway, checkKeyOwners, checkLocked, checkNoGateway } from "../../components/checks/gateway/gateway.js";
import { entriesOf, given, isWrong } from "../../components/config/parts.js";
import { error, type Problem, quote } from "../../components/config/problems.js";
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
