/** Checks of a `pod` section: it may add to the pods, and not touch what the contract decides. */
import { joinPath } from "../config/parse.js";
import { entriesOf, given, itemsOf, type Parts } from "../config/parts.js";
import { error, listOr, type Problem, quote } from "../config/problems.js";
import type { PodConfig, PodContainer, PodVolume } from "../contract/pod.js";
import { mergedPod } from "../derive/pod.js";
import type { RuntimePlan } from "../derive/plan.js";
import { OWNED_ENV } from "../derive/variables.js";
import { ANNOTATIONS, LABELS, OWN_PREFIX } from "../vocabulary/labels.js";
import { CACHE_PATH, TEMPLATE_FOLDER } from "../vocabulary/paths.js";
import { ENGINE_CONTAINER, ENGINE_VOLUMES } from "../vocabulary/workloads.js";
import { NODE_GPUS, namesMatcher } from "../facts/guarded/variables.js";
import { checkPlainText, credentialIn, guardedVariable } from "./flags/guarded.js";
import { checkImage } from "./release.js";
import { checkWeightsPaths } from "./weightsPaths.js";

const VOLUME_SOURCES = ["configMap", "secret", "claim", "csi", "image", "emptyDir"] as const;
const SEES_GPUS = namesMatcher(NODE_GPUS.names);
const VALUE_SOURCES = ["value", "secret", "configMap"] as const;

/** Trees that the engine is made of, or that the contract mounts: another file there would be another engine. */
const ENGINE_TREES = [
  ...[
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/usr",
    "/opt",
    "/proc",
    "/sys",
    "/dev",
    "/boot",
    "/run",
    "/var/run",
  ],
  ...["/root", "/vllm-workspace", "/tmp", CACHE_PATH, TEMPLATE_FOLDER],
];

/**
 * Files of /etc by which a loader, a shell, Python or a library runs other code, or a name leads to another address. Python's
 * sitecustomize.py is in /etc/python3.*, and `python3` itself a link to /etc/alternatives, on Debian and Ubuntu.
 */
const ENGINE_FILES = [
  ...["ld\\.so.*", "environment", "profile.*", "bash\\.bashrc", "passwd", "group", "shadow", "pip\\.conf"],
  ...["nsswitch\\.conf", "hosts", "host\\.conf", "resolv\\.conf"],
  ...["alternatives", "python[\\d.]*", "ssl/openssl\\.cnf", "nccl\\.conf", "ucx", "libibverbs\\.d"],
];
const ENGINE_FILE = new RegExp(`^/etc/(${ENGINE_FILES.join("|")})(/|$)`);
/** Folders of such files, below which there is room for others. */
const ENGINE_FOLDERS = ["/etc", "/etc/ssl"];

/** Annotations by which Kubernetes or a container runtime changes a pod's confinement. */
const CONFINEMENT = /(^|\.)(apparmor|seccomp)\.security\.|^io\.kubernetes\.cri|^security\.alpha/;

/** Every problem of a section. @param path of it, such as `vllm:pod` */
export function checkPod(pod: Parts<PodConfig> | undefined, path: string): Problem[] {
  if (pod === undefined) return [];
  const account = pod.serviceAccount;
  return [
    ...checkMetadata(pod.labels, `${path}.labels`, Object.values(LABELS)),
    ...checkMetadata(pod.annotations, `${path}.annotations`, Object.values(ANNOTATIONS)),
    ...(account === undefined
      ? []
      : given([account.name, account.annotations], (name, annotations) => {
          if ((name === undefined) !== (annotations === undefined)) return [];
          const message =
            "names an account that exists, or gives the annotations of one that is made: give one of name and annotations";
          return [error(`${path}.serviceAccount`, message)];
        })),
    ...checkVariables(pod.env, `${path}.env`),
    ...entriesOf(pod.volumes).flatMap(([name, volume]) =>
      checkVolume(name, volume, joinPath(`${path}.volumes`, [name])),
    ),
    ...(["initContainers", "sidecars"] as const).flatMap((key) =>
      entriesOf(pod[key]).flatMap(([name, container]) =>
        checkContainer(name, container, joinPath(`${path}.${key}`, [name])),
      ),
    ),
  ];
}

function checkMetadata(
  entries: Parts<Record<string, string>> | undefined,
  path: string,
  owned: readonly string[],
): Problem[] {
  return entriesOf(entries).flatMap(([key]) => {
    if (owned.includes(key) || key.startsWith(OWN_PREFIX))
      return [error(joinPath(path, [key]), "is set by this project, which finds its pods by it: leave it out")];
    if (CONFINEMENT.test(key)) return [error(joinPath(path, [key]), "changes how the pod is confined: leave it out")];
    return [];
  });
}

function checkVariables(env: Parts<PodConfig["env"]>, path: string): Problem[] {
  return entriesOf(env).flatMap(([name, variable]) => {
    const at = joinPath(path, [name]);
    const { secret, configMap } = variable;
    const source = given([{ secret, configMap }], (from) => oneOf(from, ["secret", "configMap"], at));
    if (OWNED_ENV.has(name)) return [...source, error(at, "the contract sets this variable itself: leave it out")];
    if (name.startsWith("VLLM_"))
      return [
        ...source,
        error(at, "is a setting of vLLM, which a reviewer has to see: state its value in env of a release"),
      ];
    const guarded = guardedVariable(name);
    if (guarded === undefined) return source;
    return [
      ...source,
      error(at, `${name} ${guarded.why}, and nobody reviews what an object holds: ${guarded.instead}`),
    ];
  });
}

/** Exactly one of several keys has to be given. */
function oneOf(values: object, keys: readonly string[], path: string): Problem[] {
  const found = keys.filter((key) => (values as Record<string, unknown>)[key] !== undefined);
  if (found.length === 1) return [];
  const got =
    found.length === 0 ? "says not where it comes from" : `comes from ${listOr(found).replace(" or ", " and ")}`;
  return [error(path, `${got}: give one of ${listOr(keys).replace(" or ", " and ")}`)];
}

function checkVolume(name: string, volume: Parts<PodVolume>, path: string): Problem[] {
  const { configMap, secret, claim, csi, image, emptyDir, items, mountPath } = volume;
  return [
    ...(ENGINE_VOLUMES.includes(name)
      ? [error(path, `${quote(name)} is a volume of the engine's own: use another name`)]
      : []),
    ...given([{ configMap, secret, claim, csi, image, emptyDir }], (sources) => oneOf(sources, VOLUME_SOURCES, path)),
    ...given([image], (reference) =>
      reference === undefined ? [] : checkImage({ image: reference }, `${path}.image`),
    ),
    ...given([items, { configMap, secret }], (keys, of) =>
      keys !== undefined && of.configMap === undefined && of.secret === undefined
        ? [
            error(
              `${path}.items`,
              "are keys of a ConfigMap or Secret, and this is neither: leave them out, or use subPath",
            ),
          ]
        : [],
    ),
    ...given([mountPath], (where) => (where === undefined ? [] : checkMountPath(where, `${path}.mountPath`))),
  ];
}

/** A path without a slash at its end; `undefined` for `/`, and for what leads elsewhere than it seems to. */
function plainPath(where: string): string | undefined {
  const parts = where.replace(/\/$/, "").split("/").slice(1);
  return parts.length === 0 || parts.some((part) => ["", ".", ".."].includes(part)) ? undefined : `/${parts.join("/")}`;
}

function notPlain(where: string, path: string): Problem {
  return error(path, `${quote(where)} is not a plain path below /: use a form such as /etc/ssl/corporate`);
}

function checkMountPath(where: string, path: string): Problem[] {
  const plain = plainPath(where);
  if (plain === undefined) return [notPlain(where, path)];
  const tree = ENGINE_TREES.find(
    (root) => plain === root || plain.startsWith(`${root}/`) || root.startsWith(`${plain}/`),
  );
  if (tree === undefined && !ENGINE_FOLDERS.includes(plain) && !ENGINE_FILE.test(plain)) return [];
  return [
    error(
      path,
      `${quote(where)} would cover files that the engine is made of: use a path of its own, such as /mnt/${plain.split("/").at(-1)}`,
    ),
  ];
}

function checkContainer(name: string, container: Parts<PodContainer>, path: string): Problem[] {
  return [
    ...(name === ENGINE_CONTAINER
      ? [error(path, `${quote(name)} is the engine's own container: use another name`)]
      : []),
    ...given([container.image], (image) => checkImage({ image }, `${path}.image`)),
    ...(["command", "args"] as const).flatMap((key) =>
      itemsOf(container[key]).flatMap(({ item, index }) =>
        given([item], (text) => checkNoCredential(text, `${path}.${key}[${index}]`)),
      ),
    ),
    ...checkContainerMounts(container.mounts, `${path}.mounts`),
    ...entriesOf(container.env).flatMap(([variable, from]) => {
      const at = joinPath(`${path}.env`, [variable]);
      const { value, secret, configMap } = from;
      return [
        ...(SEES_GPUS.test(variable) ? [error(at, `${variable} ${NODE_GPUS.why}: leave it out`)] : []),
        ...given([{ value, secret, configMap }], (sources) => oneOf(sources, VALUE_SOURCES, at)),
        ...given([value], (text) => checkPlainText({ value: text }, at, "give secret")),
      ];
    }),
  ];
}

/** Each volume at a path of its own, as Kubernetes demands it. */
function checkContainerMounts(mounts: Parts<PodContainer["mounts"]>, path: string): Problem[] {
  const mounted = new Map<string, string>();
  return entriesOf(mounts).flatMap(([volume, where]) => {
    const at = joinPath(path, [volume]);
    return given([where], (text) => {
      const plain = plainPath(text);
      if (plain === undefined) return [notPlain(text, at)];
      const other = mounted.get(plain);
      mounted.set(plain, volume);
      return other === undefined
        ? []
        : [error(at, `${quote(plain)} is where ${quote(other)} is mounted: use another path`)];
    });
  });
}

/** Texts that are shown to whoever may read pods. */
function checkNoCredential(text: string, at: string): Problem[] {
  const form = credentialIn([text]);
  return form === undefined ? [] : [error(at, `holds what looks like ${form}, in plain text: use env with a secret`)];
}

/** A release, and where it stands in the config: `….releases.r1`. */
interface Release {
  plan: Pick<Parts<RuntimePlan>, "name" | "pod" | "env" | "artifacts" | "cache">;
  path: string;
}

/**
 * The stack's section, and what it says together with those of models.
 *
 * @param path of the stack's section
 */
export function checkPods(stack: Parts<PodConfig> | undefined, releases: readonly Release[], path: string): Problem[] {
  const sectionOf = ({ path: at }: Release): string => `${at.slice(0, at.lastIndexOf(".releases"))}.pod`;
  const sections = [...new Set(releases.map(sectionOf))];
  return [
    ...checkPod(stack, path),
    ...sections.flatMap((section) => {
      const own = releases.filter((release) => sectionOf(release) === section);
      return checkMergedPod(stack, own[0]!.plan.pod, section, own);
    }),
  ];
}

/** What the stack's section and a model's say together, once each is right for itself. @param path of the model's */
function checkMergedPod(
  stack: Parts<PodConfig> | undefined,
  model: Parts<PodConfig> | undefined,
  path: string,
  releases: readonly Release[],
): Problem[] {
  return given([stack, model], (ofStack, ofModel) => {
    const pod = mergedPod(ofStack, ofModel);
    const names = new Set(releases.flatMap(({ plan }) => entriesOf(plan.env).map(([name]) => name)));
    const both = Object.keys(pod.env ?? {})
      .filter((name) => names.has(name))
      .map((name) => error(joinPath(`${path}.env`, [name]), "is in env of a release, too: leave one of them out"));
    const weights = checkWeightsPaths(
      pod,
      releases.map(({ plan }) => plan),
      path,
    );
    return [
      ...checkMountPaths(pod, path),
      ...weights,
      ...checkContainerNames(pod, path),
      ...checkMounts(pod, path),
      ...both,
    ];
  });
}

/** Two volumes at one path: one would cover the other. */
function checkMountPaths({ volumes = {} }: PodConfig, path: string): Problem[] {
  const mounted = new Map<string, string>();
  return Object.entries(volumes).flatMap(([name, { mountPath }]) => {
    const plain = mountPath?.replace(/\/+$/, "");
    if (plain === undefined) return [];
    const other = mounted.get(plain);
    mounted.set(plain, name);
    if (other === undefined) return [];
    const at = joinPath(`${path}.volumes`, [name]);
    return [error(`${at}.mountPath`, `${quote(plain)} is where ${quote(other)} is mounted: use another path`)];
  });
}

function checkContainerNames({ initContainers = {}, sidecars = {} }: PodConfig, path: string): Problem[] {
  return Object.keys(initContainers)
    .filter((name) => Object.hasOwn(sidecars, name))
    .map((name) => error(joinPath(`${path}.sidecars`, [name]), "is an init container's name, too: use another"));
}

function checkMounts({ initContainers = {}, sidecars = {}, volumes = {} }: PodConfig, path: string): Problem[] {
  const known = Object.keys(volumes);
  const instead = known.length === 0 ? "describe it in volumes" : `use ${listOr(known)}`;
  return Object.entries({ initContainers, sidecars }).flatMap(([key, containers]) =>
    Object.entries(containers).flatMap(([name, { mounts = {} }]) =>
      Object.keys(mounts)
        .filter((volume) => !known.includes(volume))
        .map((volume) => {
          const at = joinPath(`${path}.${key}`, [name, "mounts", volume]);
          return error(at, `there is no volume ${quote(volume)}: ${instead}`);
        }),
    ),
  );
}
