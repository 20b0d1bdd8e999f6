/** A copy of the project for the real engine, with stand-ins for its providers and a state of its own. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";

const ROOT = resolve(__dirname, "../..");
const STANDINS = ["aws", "eks", "kubernetes", "random"];

export interface Result {
  status: number | null;
  stdout: string;
  stderr: string;
}

export function hasPulumi(): boolean {
  return spawnSync("pulumi", ["version"]).status === 0;
}

/** Runs the CLI in a folder that has its state, too. */
function runPulumi(folder: string, args: readonly string[]): Result {
  const { status, stdout, stderr } = spawnSync("pulumi", ["--non-interactive", "--color=never", ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_HOME: join(folder, "home"),
      // What the stand-in for AWS has, from one run to the next.
      STANDIN_AWS_FILE: join(folder, "aws.json"),
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  });
  return { status, stdout, stderr };
}

function standIns(names: readonly string[]): object {
  return { providers: names.map((name) => ({ name, path: join(__dirname, "standins", name) })) };
}

/** Folders of the project's code. */
const CODE = ["components", "stacks", "policies"];

/** A project in a temporary folder; its code is this checkout's, or an earlier version's. */
export class EngineProject {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-engine-"));

  constructor(readonly stack: string) {
    symlinkSync(join(ROOT, "node_modules"), join(this.folder, "node_modules"));
    this.use(ROOT);
    copyFileSync(join(ROOT, "package.json"), join(this.folder, "package.json"));
    copyFileSync(join(ROOT, `Pulumi.${stack}.yaml`), this.stackFile);
    const project = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as object;
    writeFileSync(join(this.folder, "Pulumi.yaml"), stringify({ ...project, plugins: standIns(STANDINS) }));
    mkdirSync(join(this.folder, "state"));
  }

  /** Takes the code of a checkout from here on; the state stays. */
  use(checkout: string): void {
    for (const name of CODE) {
      rmSync(join(this.folder, name), { force: true });
      symlinkSync(join(checkout, name), join(this.folder, name));
    }
  }

  get stackFile(): string {
    return join(this.folder, `Pulumi.${this.stack}.yaml`);
  }

  /** Runs the CLI on the stack, offline. */
  pulumi(...args: string[]): Result {
    return runPulumi(this.folder, args);
  }

  /** Changes the models of the stack file. */
  edit(change: (models: Record<string, StackModel>) => void): void {
    const file = parse(readFileSync(this.stackFile, "utf8")) as {
      config: { "vllm:models": Record<string, StackModel> };
    };
    change(file.config["vllm:models"]);
    writeFileSync(this.stackFile, stringify(file));
  }

  /** Sets a structured value of the stack file. */
  configure(key: string, value: object): void {
    const file = parse(readFileSync(this.stackFile, "utf8")) as { config: Record<string, unknown> };
    file.config[key] = value;
    writeFileSync(this.stackFile, stringify(file));
  }

  /** What the stand-in for AWS has: read, or changed behind the stack's back. */
  aws(change: (account: AwsAccount) => void): void {
    const file = join(this.folder, "aws.json");
    const account = JSON.parse(readFileSync(file, "utf8")) as AwsAccount;
    change(account);
    writeFileSync(file, JSON.stringify(account));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A program of others, beside this checkout's policy pack, with a stand-in for Kubernetes' provider. */
export class EngineProgram {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-engine-"));

  /** @param source folder of the program */
  constructor(source: string) {
    cpSync(source, this.folder, { recursive: true });
    for (const name of ["node_modules", "policies", "components", "package.json"]) {
      symlinkSync(join(ROOT, name), join(this.folder, name));
    }
    const project = parse(readFileSync(join(source, "Pulumi.yaml"), "utf8")) as object;
    writeFileSync(join(this.folder, "Pulumi.yaml"), stringify({ ...project, plugins: standIns(["kubernetes"]) }));
    mkdirSync(join(this.folder, "state"));
  }

  /** Runs the CLI on the program, offline. */
  pulumi(...args: string[]): Result {
    return runPulumi(this.folder, args);
  }

  write(name: string, content: object): void {
    writeFileSync(join(this.folder, name), JSON.stringify(content));
  }

  /** What the state has. */
  resources(): Array<{ urn: string; type: string; inputs?: unknown }> {
    const { stdout } = this.pulumi("stack", "export");
    return (JSON.parse(stdout) as { deployment: { resources?: [] } }).deployment.resources ?? [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the stand-in for AWS keeps of clusters, and of node groups by the names of their autoscaling groups. */
export interface AwsAccount {
  clusters: Record<string, { version: string }>;
  groups: Record<string, { min: number; max: number; desired: number }>;
}

/** As much of a model in a stack file as these tests change. */
export interface StackModel {
  route: { stable: string };
  releases: Record<
    string,
    { model: Record<string, unknown>; context: number; image: string; flags?: Record<string, object> }
  >;
}
