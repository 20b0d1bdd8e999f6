/**
 * The variables that other programs get from the caller's environment: those named here and no others. A package's code finds no
 * cloud key, Pulumi token or CI token in it. Files of the same user stay readable: see docs/local.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CleanEnvironment, Environment } from "./programs.js";

/** To find a Python: PATH, and where version managers keep theirs when that is not below HOME. */
const TO_FIND = ["PATH", "PYENV_ROOT", "PYENV_VERSION", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR"];

/** Settings of proxies and certificates, in the spellings that pip and uv read. */
const NETWORK = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
];

/** Settings of package indexes: https://pip.pypa.io/en/stable/topics/configuration/, https://docs.astral.sh/uv/reference/environment/ */
const INDEX = [
  ...["PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_TRUSTED_HOST"],
  ...["PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES"],
  ...["UV_CONFIG_FILE", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"],
  ...["UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_OFFLINE"],
  ...["UV_PYTHON_INSTALL_DIR", "UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS", "NETRC"],
];

/** uv's credentials of a named index. */
const INDEX_LOGIN = /^UV_INDEX_[A-Z0-9_]+_(USERNAME|PASSWORD)$/;

const PASSWORD = /^UV_INDEX_[A-Z0-9_]+_PASSWORD$/;

function picked(caller: Environment, wanted: (name: string) => boolean): Environment {
  return Object.fromEntries(Object.entries(caller).filter(([name, value]) => value !== undefined && wanted(name)));
}

/** The one place that makes them: `run` takes nothing else. */
function clean(environment: Environment, home: string): CleanEnvironment {
  const all: Environment = { ...environment, HOME: home, TMPDIR: home, LANG: "C.UTF-8" };
  return all as CleanEnvironment;
}

/** For programs that need nothing but other programs: PATH, and a home of their own. */
export function programEnvironment(caller: Environment, home: string): CleanEnvironment {
  return clean(
    picked(caller, (name) => name === "PATH"),
    home,
  );
}

/** For looking for a Python. */
export function searchEnvironment(caller: Environment, home: string): CleanEnvironment {
  return clean(
    picked(caller, (name) => TO_FIND.includes(name)),
    home,
  );
}

/**
 * For pip, uv and venv, which run nothing of the wheels they install. Credentials of indexes go to these alone.
 *
 * @param pythons where uv keeps a Python that it had to fetch, since `home` does not stay
 */
export function installerEnvironment(caller: Environment, home: string, pythons: string): CleanEnvironment {
  const wanted = [...TO_FIND, ...NETWORK, ...INDEX];
  return clean(
    {
      // `home` goes after the install, and a cache with it.
      PIP_NO_CACHE_DIR: "1",
      UV_PYTHON_INSTALL_DIR: pythons,
      // Otherwise uv reads the settings of the folders around it: the project's.
      ...(caller["UV_CONFIG_FILE"] === undefined && { UV_NO_CONFIG: "1" }),
      ...picked(caller, (name) => wanted.includes(name) || INDEX_LOGIN.test(name)),
    },
    home,
  );
}

/** Runs `work` with a private folder in `parent`, which is removed afterwards. */
export async function withHome<T>(parent: string, work: (home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(parent, "verify-flags-"));
  try {
    return await work(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** `user:password@` of a URL. */
const USER_INFO = /(\/\/)([^\s/@"']+)@/g;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The password in `user:password`, or the token that stands alone. */
function secretOf(userInfo: string): string {
  const colon = userInfo.indexOf(":");
  return colon === -1 ? userInfo : userInfo.slice(colon + 1);
}

/** Shorter values are hidden in URLs only: elsewhere they would match other text by chance. */
const SHORTEST_SECRET = 4;

/** The credentials in the settings that installers get, as they stand there and as a program may show them. */
function secretsOf(caller: Environment): string[] {
  const secrets = Object.entries(caller).flatMap(([name, value = ""]) => {
    if (PASSWORD.test(name)) return [value];
    if (![...NETWORK, ...INDEX].includes(name)) return [];
    return [...value.matchAll(USER_INFO)].map(([, , userInfo]) => secretOf(userInfo!));
  });
  return [...new Set([...secrets, ...secrets.map(decoded)])]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
}

/** Hides credentials in what a program prints: those of any URL, and those that the caller's settings have. */
export function redactor(caller: Environment): (text: string) => string {
  const secrets = secretsOf(caller);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text.replace(USER_INFO, "$1***@"));
}
