/**
 * Fetches a model's config.json from the Hugging Face Hub, or from the mirror that `HF_ENDPOINT` names.
 *
 * Path and variables as in src/huggingface_hub/constants.py of huggingface/huggingface_hub at 03333b6, the header `X-Error-Code` as in
 * its `hf_raise_for_status` (utils/_http.py), read 2026-11-26.
 */
import { didYouMean, error, quote } from "../../components/config/problems.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import { BadInput } from "../failure.js";

export type Env = Readonly<Record<string, string | undefined>>;

/** What is fetched, and how long it may take. */
export interface HubRequest {
  /** `organisation/name` */
  id: string;
  /** Branch, tag or commit. @default main */
  revision?: string | undefined;
  env: Env;
  /** Over all redirects. @default 30 */
  timeoutSeconds?: number;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const TOKEN_VARIABLES = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] as const;
const MOST_REDIRECTS = 5;
/** Read of an answer at the most: what is larger is something else, such as the weights. */
const MOST_BYTES = 8 * 2 ** 20;

interface Token {
  /** The variable that it is from. */
  from: string;
  value: string;
}

/** @throws BadInput with what the hub said, and what helps; the token is in no message */
export async function fetchConfig({ id, revision = "main", env, timeoutSeconds = 30 }: HubRequest): Promise<string> {
  const endpoint = endpointOf(env);
  const token = tokenOf(env);
  if (/^(1|true|yes|on)$/i.test(env["HF_HUB_OFFLINE"] ?? "")) {
    throw failed(id, "HF_HUB_OFFLINE is set: unset it to ask the hub");
  }
  const url = new URL(`${endpoint}/${id}/resolve/${encodeURIComponent(revision)}/config.json`);
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const response = await follow(url, token, signal);
    if (!response.ok) throw failed(id, refusal(response, { id, revision, endpoint, token }));
    return await textOf(response);
  } catch (thrown) {
    if (thrown instanceof BadInput) throw thrown;
    if (thrown instanceof Unusable) throw failed(id, thrown.message);
    if (signal.aborted)
      throw failed(id, `${url.host} did not answer within ${timeoutSeconds} seconds: try again later`);
    throw failed(id, `${url.host} cannot be reached (${causeOf(thrown)}): check the network and HF_ENDPOINT`);
  }
}

/** Something that was answered, and is of no use. */
class Unusable extends Error {}

function failed(id: string, what: string): BadInput {
  const suggestion = didYouMean(id, Object.keys(MODELS));
  return new BadInput([
    error(id, `is not in the catalogue, and ${what}; or give the path of its config.json${suggestion}`),
  ]);
}

function endpointOf(env: Env): string {
  const text = env["HF_ENDPOINT"]?.trim() || DEFAULT_ENDPOINT;
  if (isWeb(text) && !/[?#]/.test(text)) return text.replace(/\/+$/, "");
  // Not quoted: whatever stands there may be a secret.
  const message = `is not the address of a hub, or holds more than that, such as a password: use one such as ${DEFAULT_ENDPOINT}, and HF_TOKEN`;
  throw new BadInput([error("HF_ENDPOINT", message)]);
}

/** Whether a text is an address that `fetch` takes: it refuses one with a user or a password. */
function isWeb(text: string, base?: URL): boolean {
  if (!URL.canParse(text, base?.href)) return false;
  const { protocol, username, password } = new URL(text, base);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function tokenOf(env: Env): Token | undefined {
  const from = TOKEN_VARIABLES.find((name) => (env[name] ?? "").trim() !== "");
  if (from === undefined) return undefined;
  const value = env[from]!.trim();
  if (/^[\x21-\x7e]+$/.test(value)) return { from, value };
  throw new BadInput([error(from, "holds characters that no token has, such as a line end: copy it again")]);
}

/** Follows redirects, as the hub makes them to its storage; the token goes to the endpoint's own origin alone. */
async function follow(start: URL, token: Token | undefined, signal: AbortSignal): Promise<Response> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const isOwn = token !== undefined && url.origin === start.origin;
    const headers = isOwn ? { authorization: `Bearer ${token.value}` } : undefined;
    const response = await fetch(url, { redirect: "manual", signal, ...(headers && { headers }) });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    url = nextOf(location, url);
  }
  throw new Unusable(`${start.host} redirects more than ${MOST_REDIRECTS} times`);
}

function nextOf(location: string, from: URL): URL {
  if (isWeb(location, from)) return new URL(location, from);
  throw new Unusable(`${from.host} redirects to ${quote(location)}, which is no address of the web`);
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > MOST_BYTES)
      throw new Unusable(`what it answers is larger than ${MOST_BYTES / 2 ** 20} MiB: no config.json`);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString("utf8");
}

interface Asked {
  id: string;
  revision: string;
  endpoint: string;
  token: Token | undefined;
}

/** What a status means, and what helps. */
function refusal(response: Response, { id, revision, endpoint, token }: Asked): string {
  const { status } = response;
  const page = `${new URL(endpoint).origin}/${id}`;
  const code = response.headers.get("x-error-code");
  if (code === "GatedRepo") {
    const account =
      token === undefined ? "set HF_TOKEN to a token of that account" : `${token.from} has to be of that account`;
    return `it is gated (${status}): accept its licence at ${page}, and ${account}`;
  }
  if (code === "RevisionNotFound") return `it has no revision ${quote(revision)} (${status}): check --revision`;
  if (code === "EntryNotFound") return `its revision ${quote(revision)} has no config.json (${status})`;
  switch (status) {
    case 401:
      return token === undefined
        ? `the hub asks who wants it (401): there is no such model, or it is private or gated: check the id, or set HF_TOKEN`
        : `the hub does not take the token in ${token.from} (401): make a new one at ${new URL(endpoint).origin}/settings/tokens`;
    case 403:
      return token === undefined
        ? "the hub forbids it (403): set HF_TOKEN to a token that may read it"
        : `the token in ${token.from} may not read it (403): give it the right to`;
    case 404:
      return "the hub does not have it (404): check the id and --revision";
    case 429:
      return `the hub had too many requests (429): wait a few minutes${token === undefined ? ", or set HF_TOKEN" : ""}`;
    default:
      return status >= 500
        ? `the hub fails (${status}): try again later`
        : `the hub answers ${status}, which is no config.json: check HF_ENDPOINT`;
  }
}

/** Why `fetch` failed: the code of the system's error, which is the cause of its own. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  if (cause instanceof Error) return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
  return "no reason given";
}
