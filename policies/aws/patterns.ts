/** Patterns of IAM: `*` stands for any text, `?` for one character. */

/** `*` and its equals, such as `**` and `?*`; `?` alone is one character. */
const ANYTHING = /^[*?]*\*[*?]*$/;

export function isAnything(pattern: string): boolean {
  return ANYTHING.test(pattern);
}

export function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** Whether a pattern matches a text; both as actions are compared, in any case. Its time grows with both lengths, whatever the pattern. */
export function matches(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let at = 0;
  let star: { inPattern: number; inText: number } | undefined;
  for (let index = 0; index < given.length;) {
    const sign = wanted[at];
    if (sign === "*") {
      star = { inPattern: at, inText: index };
      at += 1;
    } else if (sign === "?" || sign === given[index]) {
      at += 1;
      index += 1;
    } else if (star !== undefined) {
      // The last star takes one character more.
      star.inText += 1;
      index = star.inText;
      at = star.inPattern + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(wanted.slice(at));
}

/** Kinds whose resources have their name after the kind: `role/name`, `secret:name`. */
const NAMED_KINDS = ["role", "user", "group", "policy", "secret", "parameter", "key", "table"];

/** `*`, and ARNs that leave nothing out of a service: `arn:aws:*:*:*:*`, `arn:aws:s3:::*`. */
export function isEveryResource(arn: string): boolean {
  if (isAnything(arn)) return true;
  const { region, account, resource } = partsOf(arn) ?? {};
  return isOpen(region) && isOpen(account) && /^[*?:/]*\*[*?:/]*$/.test(resource ?? "");
}

/** All of a kind, if only of a region or of an account: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:*`. */
export function isEveryOfKind(arn: string): boolean {
  if (isEveryResource(arn)) return true;
  const { account = "", resource = "" } = partsOf(arn) ?? {};
  const [, kind = "", name = ""] = /^([a-z-]+)[:/](.*)$/.exec(resource) ?? [];
  // Without an account it is a bucket, whose own name may be `key`.
  return account !== "" && NAMED_KINDS.includes(kind) && isAnything(name);
}

interface ArnParts {
  region: string;
  account: string;
  resource: string;
}

/** Fewer parts than six end with a wildcard that stands for the rest. */
function partsOf(arn: string): ArnParts | undefined {
  const [scheme, , , region = "*", account = "*", ...resource] = arn.split(":");
  if (scheme !== "arn") return undefined;
  const isShort = arn.split(":").length < 6;
  return { region, account, resource: isShort ? (arn.endsWith("*") ? "*" : "") : resource.join(":") };
}

function isOpen(part: string | undefined): boolean {
  return part !== undefined && (part === "" || isAnything(part));
}
