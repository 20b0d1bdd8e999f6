/** What tells a credential: the form of a text, and the name that it has. */

/** By what it is, to be read after "holds": `holds a JSON Web Token`. */
export const CREDENTIAL_FORMS: ReadonlyMap<string, RegExp> = new Map([
  // https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1; a reference to a variable is no password.
  ["a password in a URL", /:\/\/[^\s/?#@:]*:(?!\$)[^\s/?#]+@/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{16,}/],
  ["a key of OpenAI's or Anthropic's form", /\bsk-[A-Za-z0-9_-]{16,}/],
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{22,})/],
  ["a token of GitLab", /\bglpat-[\w-]{20,}/],
  ["a key of NVIDIA", /\bnvapi-[\w-]{20,}/],
  ["a key of Azure Storage", /\bAccountKey=[A-Za-z0-9+/]{40,}/i],
  ["a token of Slack", /\bxox[abeprs]-/],
  ["a key of Google", /\bAIza[\w-]{35}/],
  ["a token of Pulumi", /\bpul-[0-9a-f]{40}\b/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY/],
  // https://www.rfc-editor.org/rfc/rfc7519: base64url of {"…
  ["a JSON Web Token", /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/],
  ["an authorization header", /\b(Bearer|Basic)\s+(?=[A-Za-z+/=._~-]*\d)[\w+/=.~-]{16,}/i],
]);

/** Words of the names of secrets: `HF_TOKEN`, not `TOKENIZERS_PARALLELISM` or `MAX_TOKENS`. */
const SECRET_NAME =
  /(^|_)(TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|API_?KEYS?|PRIVATE_?KEY|ACCESS_?KEY|MASTER_?KEY|CREDENTIALS?)(_|$)|^PGPASS$/i;
/** Names with these endings say where or of what kind a secret is, not the secret itself. */
const ABOUT_SECRET =
  /_(FILE|PATH|DIR|URL|URI|ENDPOINT|ARN|NAMESPACE|NAME|VAR|REF|TYPE|STORE|PROVIDER|BACKEND|ISSUER|AUDIENCE|FORMAT|PREFIX|ALGORITHM|VERSION|TTL|TIMEOUT|EXPIRY|SECONDS|MINUTES|HOURS|DAYS|HEADER|ENABLED|DISABLED|REQUIRED|LENGTH|LIMIT|COUNT|UNIT|INTERVAL|WINDOW|PULL_SECRETS?)$|(^|_)(MAX|MIN|NUM)_TOKEN|^(OLD)?PWD$/i;
/** Names of the tokens of a text, such as `STOP_TOKEN`. */
const TEXT_TOKEN = /(^|_)(STOP|PAD|BOS|EOS|UNK|SEP|CLS|MASK|IMAGE|SPECIAL|START|END|NEXT)_TOKENS?(_|$)/i;
/** Values of clients whose server asks for no key: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html has `EMPTY`. */
const NO_KEY =
  /^(empty|dummy|none|null|unused|not-?(needed|required|used)|no-?key(-required)?|sk-(no-?key-required|dummy|xxx+)|x+|-)$/i;
/** A file or folder, which holds the secret. */
const FILE = /^\/[\w./-]+$/;
/** An address where secrets are had; long words in a path may be secrets themselves, as those of webhooks are. */
const ADDRESS = /^https?:\/\/[\w.-]+(:\d+)?(\/[\w.-]{0,15})*$/i;
/** Names of switches, such as `HF_HUB_DISABLE_IMPLICIT_TOKEN`. */
const SWITCH_NAME = /(^|_)(DISABLE|ENABLE|ALLOW|REQUIRE|SKIP|USE|NO|IS|HAS|WITH|WITHOUT|IGNORE|FORCE)_/i;
/** What a switch is set to. */
const SWITCHED = /^(0|1|y|n|t|f)?$/i;
/** No password or token is one of these, whatever it is named. */
const NEVER_SECRET = /^(true|false|yes|no|on|off|none|null|)$/i;

/**
 * Whether a setting of this name and value is a secret by its name.
 *
 * @param value as text; absent where it is not known
 */
export function isNamedSecret(name: string, value?: string): boolean {
  const words = wordsOf(name);
  if (!SECRET_NAME.test(words) || ABOUT_SECRET.test(words) || TEXT_TOKEN.test(words)) return false;
  if (value === undefined) return true;
  // A number under a name with token counts tokens; a password may be a number.
  const isCount = /TOKEN/i.test(words) && /^\d+$/.test(value);
  const isSwitch = SWITCH_NAME.test(words) && SWITCHED.test(value);
  // A password of such a word is a weak one.
  const isNoKey = /KEY|TOKEN/i.test(words) && NO_KEY.test(value);
  return !isCount && !isSwitch && !isNoKey && ![NEVER_SECRET, FILE, ADDRESS].some((harmless) => harmless.test(value));
}

/** `API-KEY` and `apiKey` as `api_Key`. */
function wordsOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[-.]/g, "_");
}
