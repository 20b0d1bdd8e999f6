/** Forms of text that are credentials whatever they are named. */

/** By what it is, to be read after "holds": `holds a JSON Web Token`. */
export const CREDENTIAL_FORMS: ReadonlyMap<string, RegExp> = new Map([
  // https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1; a reference to a variable is no password.
  ["a password in a URL", /:\/\/[^\s/?#@:]*:(?!\$)[^\s/?#]+@/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{16,}/],
  ["a key of OpenAI's or Anthropic's form", /\bsk-[A-Za-z0-9_-]{16,}/],
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{22,})/],
  ["a token of GitLab", /\bglpat-[\w-]{20,}/],
  ["a token of Slack", /\bxox[abeprs]-/],
  ["a key of Google", /\bAIza[\w-]{35}/],
  ["a token of Pulumi", /\bpul-[0-9a-f]{40}\b/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY/],
  // https://www.rfc-editor.org/rfc/rfc7519: base64url of {"…
  ["a JSON Web Token", /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/],
  ["an authorization header", /\b(Bearer|Basic)\s+(?=[A-Za-z+/=._~-]*\d)[\w+/=.~-]{16,}/i],
]);
