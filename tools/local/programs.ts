/** The programs of a control plane, each from a Go module that a go.mod in `go/` pins with every module it needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A program to build. */
export interface Program {
  name: string;
  /** Folder in `go/` whose go.mod and go.sum pin it. */
  family: string;
  /** Path of its package; one that begins with a dot is our own, in the family's folder. */
  package: string;
  ldflags?: string;
  /** Lines of its main file to leave out, if no flag does the same. */
  without?: { module: string; file: string; lines: readonly string[] };
}

const GO_FOLDER = join(__dirname, "go");
const KUBERNETES = "k8s.io/kubernetes";
const ALERTMANAGER = "github.com/prometheus/alertmanager";

/** The folder of a family's go.mod. */
export function familyFolder(family: string): string {
  return join(GO_FOLDER, family);
}

/**
 * The version of a module that a family requires, with its v.
 *
 * @throws Error when its go.mod does not require the module
 */
export function moduleVersion(family: string, module: string): string {
  const lines = readFileSync(join(familyFolder(family), "go.mod"), "utf8").split("\n");
  const version = lines
    .map((line) =>
      line
        .trim()
        .replace(/^require /, "")
        .split(" "),
    )
    .find(([path]) => path === module);
  if (version === undefined) throw new Error(`${family}/go.mod does not require ${module}`);
  return version[1]!;
}

/** Version of Kubernetes' programs, which decides their features: without it they assume v0.0.0. */
function kubernetesVersion(): string {
  const version = moduleVersion("kubernetes", KUBERNETES);
  const [major, minor] = version.slice(1).split(".");
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return Object.entries(variables)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(" ");
}

function kubernetes(name: string): Program {
  return { name, family: "kubernetes", package: `${KUBERNETES}/cmd/${name}`, ldflags: kubernetesVersion() };
}

export const PROGRAMS = {
  etcd: { name: "etcd", family: "etcd", package: "go.etcd.io/etcd/server/v3" },
  apiServer: kubernetes("kube-apiserver"),
  controllerManager: kubernetes("kube-controller-manager"),
  scheduler: kubernetes("kube-scheduler"),
  kwok: { name: "kwok", family: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" },
  prometheus: { name: "prometheus", family: "prometheus", package: "github.com/prometheus/prometheus/cmd/prometheus" },
  /** Checks rules, and runs their tests. */
  promtool: { name: "promtool", family: "prometheus", package: "github.com/prometheus/prometheus/cmd/promtool" },
  alertmanager: {
    name: "alertmanager",
    family: "alertmanager",
    package: `${ALERTMANAGER}/cmd/alertmanager`,
    // Its web pages are generated, and its module lacks them: without them it does not compile.
    without: {
      module: ALERTMANAGER,
      file: "cmd/alertmanager/main.go",
      lines: [`\t"${ALERTMANAGER}/ui"`, "\tui.Register(router)"],
    },
  },
  prometheusOperator: {
    name: "prometheus-operator",
    family: "prometheus-operator",
    package: "github.com/prometheus-operator/prometheus-operator/cmd/operator",
  },
  kedaOperator: { name: "keda-operator", family: "keda", package: "github.com/kedacore/keda/v2/cmd/operator" },
  kedaAdapter: {
    name: "keda-adapter",
    family: "keda",
    package: "github.com/kedacore/keda/v2/cmd/adapter",
    // It serves its own metrics on every address of the machine, and no flag prevents that (KEDA 2.20, cmd/adapter/main.go).
    without: { module: "github.com/kedacore/keda/v2", file: "cmd/adapter/main.go", lines: ["\tRunMetricsServer(ctx)"] },
  },
  envoyGateway: {
    name: "envoy-gateway",
    family: "envoy-gateway",
    package: "github.com/envoyproxy/gateway/cmd/envoy-gateway",
  },
  /** Translates the gateway's objects without a cluster. */
  egctl: { name: "egctl", family: "envoy-gateway", package: "github.com/envoyproxy/gateway/cmd/egctl" },
  rateLimit: { name: "ratelimit", family: "ratelimit", package: "github.com/envoyproxy/ratelimit/src/service_cmd" },
  /** Our own: hashes a password for Prometheus. */
  bcrypt: { name: "bcrypt", family: "prometheus", package: "./bcrypt" },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/** For tests alone. */
const OF_TESTS: readonly ProgramName[] = [
  "promtool",
  "alertmanager",
  "prometheusOperator",
  "envoyGateway",
  "egctl",
  "rateLimit",
];

/** What `npm run local` starts. */
export const LOCAL_PROGRAMS = (Object.keys(PROGRAMS) as ProgramName[]).filter((name) => !OF_TESTS.includes(name));

/** Modules whose files are read, too: their version, and the family that pins it. */
export const MODULES = {
  kwok: { family: "kwok", path: "sigs.k8s.io/kwok" },
  keda: { family: "keda", path: "github.com/kedacore/keda/v2" },
  prometheusOperator: { family: "prometheus-operator", path: "github.com/prometheus-operator/prometheus-operator" },
  karpenter: { family: "karpenter", path: "github.com/aws/karpenter-provider-aws" },
  envoyGateway: { family: "envoy-gateway", path: "github.com/envoyproxy/gateway" },
} as const;
