/** What tells a secret in a text, wherever it stands. */
import { CREDENTIAL_FORMS } from "../../components/facts/guarded/credentials.js";

/**
 * The value comes from elsewhere: `$(NAME)`, `$NAME`, templates, and what Grafana (`$__file{…}`), Vault's webhook, vals, Argo CD's Vault
 * plugin and SOPS put in its place. Empty or switched off is no secret either.
 */
export const NO_SECRET =
  /^(\$\(?\{?\w+\}?\)?|\$__\w+\{[^{}]*\}|\{\{[^]*\}\}|<[^<>]+>|vault:.*|ref\+.*|ENC\[.*|true|false|)$/i;

export function holdsSecret(value: string): boolean {
  return [...CREDENTIAL_FORMS.values()].some((form) => form.test(value));
}
