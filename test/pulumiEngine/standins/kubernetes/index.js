// A stand-in for Pulumi's `kubernetes` provider, for tests only: it keeps state, and applies to an API server if told to.
//   STANDIN_KUBECONFIG  path of a kubeconfig: server-side apply to that API server. Unset: state only.
//   STANDIN_AWAIT       e.g. "60s": wait for the rollout of Deployments, StatefulSets and DaemonSets.
//   STANDIN_KUBECTL     the kubectl to call (default: from PATH).
const { execFile } = require("node:child_process");
const { randomBytes } = require("node:crypto");
const { isDeepStrictEqual } = require("node:util");
const { main } = require("@pulumi/pulumi/provider");
const { schema } = require("./schema.js");

// Pulumi's wire format: a marked object in place of a secret, an output or a resource; a marked string for an unknown.
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const kubeconfig = process.env.STANDIN_KUBECONFIG;
const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
const marked = (v) => (isObject(v) ? v[MARK] : undefined);
const secret = (value) => ({ [MARK]: SECRET, value });

/** The plain value: secrets and outputs opened, nulls and internal `__` keys dropped. */
function plain(v) {
  if (marked(v) === SECRET || marked(v) === OUTPUT) return plain(v.value ?? UNKNOWN);
  if (Array.isArray(v)) return v.map(plain);
  if (!isObject(v)) return v;
  const kept = Object.entries(v).filter(
    ([key, value]) => !key.startsWith("__") && value !== null && value !== undefined,
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, plain(value)]));
}

/** Without undefined values, which the wire format does not know. */
const defined = (v) => JSON.parse(JSON.stringify(v));

/** `want`, with the values `live` has at the same places; secrets stay secret. Fields that the server adds are left out. */
function overlay(want, live) {
  if (marked(want) === SECRET) return secret(overlay(want.value, live));
  if (live === undefined) return want;
  if (Array.isArray(want)) {
    return Array.isArray(live) && live.length === want.length ? want.map((item, i) => overlay(item, live[i])) : live;
  }
  if (!isObject(want) || !isObject(live)) return live;
  return Object.fromEntries(Object.entries(want).map(([key, value]) => [key, overlay(value, live[key])]));
}

// Fields whose change replaces the object, beside its name and namespace.
const IMMUTABLE = {
  ConfigMap: ["data", "binaryData"],
  Secret: ["type", "data", "stringData"],
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  Job: ["spec.selector", "spec.template", "spec.completions", "spec.completionMode", "spec.podFailurePolicy"],
  Service: ["spec.clusterIP"],
  StorageClass: ["parameters", "provisioner"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
};
const at = (object, path) => path.split(".").reduce((value, key) => value?.[key], object);

/** `{type, name}` of a URN; the type without those of its parents. */
function parse(urn) {
  const [, , types, ...name] = urn.split("::");
  return { type: types.split("$").pop(), name: name.join("::") };
}
const isRelease = (urn) => parse(urn).type.startsWith("kubernetes:helm.sh/");
const autonamed = (resourceName) => `${resourceName}-${randomBytes(4).toString("hex")}`;

function idOf(inputs) {
  const { name, namespace } = inputs.metadata ?? inputs;
  return namespace ? `${namespace}/${name}` : name;
}

function kubectl(args, object) {
  return new Promise((resolve, reject) => {
    const command = process.env.STANDIN_KUBECTL ?? "kubectl";
    const options = { maxBuffer: 64 << 20 };
    const child = execFile(command, ["--kubeconfig", kubeconfig, ...args], options, (error, stdout, stderr) =>
      error ? reject(new Error(stderr.trim() || error.message)) : resolve(stdout),
    );
    child.stdin.on("error", () => {}); // kubectl may end before it read everything; its exit code says why
    child.stdin.end(object ? JSON.stringify(object) : "");
  });
}

/** The inputs, and of the live object what only the server knows. */
function outputs(inputs, live) {
  const { uid, creationTimestamp } = live.metadata;
  const metadata = marked(inputs.metadata) ? inputs.metadata : { ...inputs.metadata, uid, creationTimestamp };
  return defined({ ...inputs, metadata, status: live.status, __inputs: inputs });
}

/** Applies the inputs and returns the outputs. */
async function apply(urn, inputs) {
  if (isRelease(urn)) {
    const { name, namespace } = inputs;
    return defined({ ...inputs, status: { name, namespace, status: "deployed" }, __inputs: inputs });
  }
  if (!kubeconfig) return { ...inputs, __inputs: inputs };
  const object = plain(inputs);
  const force = object.metadata.annotations?.["pulumi.com/patchForce"] === "true";
  const flags = ["--server-side", "--field-manager=pulumi", `--force-conflicts=${force}`];
  let live = JSON.parse(await kubectl(["apply", ...flags, "-o", "json", "-f", "-"], object));
  const rolls = ["Deployment", "StatefulSet", "DaemonSet"].includes(object.kind);
  if (process.env.STANDIN_AWAIT && rolls) {
    const target = [`${object.kind}/${live.metadata.name}`, "-n", live.metadata.namespace];
    const timeout = `--timeout=${process.env.STANDIN_AWAIT}`;
    await kubectl(["rollout", "status", ...target, timeout]).catch((error) => {
      // the object exists, but is not ready: Pulumi keeps it in its state and says so
      throw Object.assign(error, { id: idOf(object), properties: outputs(inputs, live), reasons: [error.message] });
    });
    live = JSON.parse(await kubectl(["get", ...target, "-o", "json"]));
  }
  return outputs(inputs, live);
}

/** What kubectl needs to find the object: from the state, or from type and id when it is imported. */
function reference(urn, id, state) {
  const [, version, kind] = parse(urn).type.split(":");
  const [name, namespace] = id.split("/").reverse();
  return {
    apiVersion: plain(state?.apiVersion) ?? version.replace(/^core\//, ""),
    kind: plain(state?.kind) ?? kind,
    metadata: { name, ...(namespace && { namespace }) },
  };
}

const version = "4.34.2";
const provider = {
  version,
  schema: schema(version),

  async check(urn, olds, news) {
    const inputs = { ...news };
    if (plain(news.kind) === "Secret") {
      for (const key of ["data", "stringData"]) {
        if (inputs[key] && !marked(inputs[key])) inputs[key] = secret(inputs[key]);
      }
    }
    if (isRelease(urn)) {
      inputs.name ??= plain(olds?.name) ?? autonamed(parse(urn).name);
    } else if (!marked(inputs.metadata) && !inputs.metadata?.name && !inputs.metadata?.generateName) {
      const before = plain(olds?.metadata);
      const kept = before?.annotations?.["pulumi.com/autonamed"] ? before.name : undefined;
      const annotations = { ...inputs.metadata?.annotations, "pulumi.com/autonamed": "true" };
      inputs.metadata = { ...inputs.metadata, name: kept ?? autonamed(parse(urn).name), annotations };
    }
    return { inputs };
  },

  async diff(id, urn, olds, news) {
    const before = plain(olds.__inputs ?? olds);
    const after = plain(news);
    const fixed = ["apiVersion", "kind", "metadata.name", "metadata.namespace", ...(IMMUTABLE[after.kind] ?? [])];
    const changed = (isRelease(urn) ? ["name", "namespace"] : fixed).filter((path) => {
      const [was, is] = [at(before, path), at(after, path)];
      if (path === "apiVersion") return was?.split("/").slice(0, -1)[0] !== is?.split("/").slice(0, -1)[0];
      return !isDeepStrictEqual(was, is);
    });
    const named = after.metadata?.annotations?.["pulumi.com/autonamed"] !== "true";
    const renamed = changed.some((path) => /name(space)?$/.test(path));
    return {
      changes: !isDeepStrictEqual(before, after),
      replaces: changed,
      deleteBeforeReplace: changed.length > 0 && named && !renamed,
    };
  },

  async create(urn, inputs) {
    return { id: idOf(plain(inputs)), outs: await apply(urn, inputs) };
  },

  async update(id, urn, olds, news) {
    return { outs: await apply(urn, news) };
  },

  async read(id, urn, props) {
    if (!kubeconfig || isRelease(urn)) return { id, props: props ?? {}, inputs: props?.__inputs };
    const found = await kubectl(["get", "--ignore-not-found", "-o", "json", "-f", "-"], reference(urn, id, props));
    const live = found && JSON.parse(found).items[0];
    if (!live) return { id: "", props: {} };
    const { managedFields, resourceVersion, ...metadata } = live.metadata;
    const known = props?.__inputs ?? defined({ ...live, metadata, status: undefined });
    const inputs = overlay(known, live);
    return { id, inputs, props: outputs(inputs, live) };
  },

  async delete(id, urn, props) {
    if (!kubeconfig || isRelease(urn)) return;
    await kubectl(["delete", "--ignore-not-found", "--wait", "--timeout=120s", "-f", "-"], reference(urn, id, props));
  },
};

main(provider, process.argv.slice(2));
