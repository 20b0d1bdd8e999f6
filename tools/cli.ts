/** The command line: reads arguments, runs a command, prints its result or its problems, sets the exit code. */
import "./lightSdk.js";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { printable, printableLines } from "../components/config/printable.js";
import { ContractError, error, formatProblem } from "../components/config/problems.js";
import type { DownOptions, UpOptions } from "./local/command.js";
import { listStacks } from "../stacks/stackFile.js";
import { colours as pc } from "./colours.js";
import { runCommandLine } from "./commandLine.js";

/** The folder of Pulumi.yaml: npm runs scripts there. */
const FOLDER = process.cwd();

const program = new Command("pulumi-vllm")
  .description("What the stacks of this project would deploy, without Pulumi's CLI, a cluster or a cloud.")
  .exitOverride()
  // It repeats what it was given.
  .configureOutput({ outputError: (text, write) => write(printableLines(text)) })
  .showHelpAfterError("(--help shows what is possible)");

program
  .command("preview")
  .description("Run the program and the policies offline; print resources, contracts, fit, cost and violations.")
  .argument("[stacks...]", "stacks to preview", ["staging"])
  .option("--all", "every stack that has a file here", false)
  .option("--json", "print the report as JSON, for --diff and for tools (run npm with --silent)", false)
  .option("--diff <file>", "compare with what an earlier --json wrote")
  .addHelpText("after", "\nExit code: 0 fine, 1 a mandatory policy is broken, 2 the config or the call is wrong.")
  .action(async (stacks: string[], options: { all: boolean; json: boolean; diff?: string }) => {
    // Loaded here: --help and a wrong call need not wait for Pulumi's SDK.
    const { preview } = await import("./preview/command.js");
    const chosen = options.all ? listStacks(FOLDER) : [...new Set(stacks)];
    if (chosen.length === 0)
      throw new ContractError([error(FOLDER, "there are no stacks: no file Pulumi.<stack>.yaml")]);
    const { text, exitCode } = await preview(FOLDER, chosen, {
      json: options.json,
      ...(options.diff !== undefined && { diff: options.diff }),
    });
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
  });

program
  .command("render")
  .description("Write a stack's Kubernetes manifests as YAML, for kubectl apply or GitOps; secrets are left out.")
  .argument("[stack]", "stack to render", "staging")
  .requiredOption("--out <folder>", "folder to write to; files of an earlier rendering in it are replaced")
  .addHelpText("after", "\nExit code: 0 fine, 2 the config or the call is wrong.")
  .action(async (stack: string, options: { out: string }) => {
    const { loadStack } = await import("./loadStack.js");
    const { collectStack } = await import("./collect.js");
    const { leftOut, manifestFiles, writeManifests } = await import("./render.js");
    if (options.out.trim() === "") throw new ContractError([error("--out", "is empty: name a folder")]);
    const { file, config, warnings } = loadStack(FOLDER, stack);
    const resources = await collectStack(file, config);
    const files = manifestFiles(resources, stack);
    const folder = resolve(FOLDER, options.out);
    writeManifests(folder, files);
    const others = leftOut(resources);
    if (others.length > 0)
      process.stderr.write(pc.yellow(`left out, for they are no manifests: ${others.join(", ")}\n`));
    for (const problem of warnings) process.stderr.write(pc.yellow(`warning: ${formatProblem(problem)}\n`));
    const done = `${files.length} files in ${folder}; kubectl apply --server-side -f ${options.out}`;
    process.stdout.write(`${printable(done)}\n`);
  });

const local = program
  .command("local")
  .description("A stack in a real control plane on this machine, with simulated GPU nodes, KEDA and Prometheus.");

/** Progress goes where a pipe does not take it for the result. */
function report(line: string): void {
  process.stderr.write(`${pc.dim(printableLines(line))}\n`);
}

function show({ text, exitCode }: { text: string; exitCode: number }): void {
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCode;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("It has to be 0 or more.");
  return value;
}

local
  .command("up")
  .description(
    "Start it, or bring it up to date: build what is missing, make nodes, apply the stack, show what runs where.",
  )
  .argument("[stack]", "stack to apply", "staging")
  .option(
    "--load <time>",
    "how long models load: 10s, or of one model chat=90s, chat-r2=never; repeatable, and kept until down",
    collectTexts,
  )
  .option("--wait", "wait until every model is ready", false)
  .option("--timeout <seconds>", "how long a route, or --wait, waits for a model", number, 300)
  .option("--kubeconfig <file>", "use this cluster (kind, …) instead of starting one")
  .option("--context <name>", "context of that kubeconfig; has to be named with it")
  .option("--yes", "do not ask before something is put into that cluster", false)
  .addHelpText(
    "after",
    "\nThe first start builds the control plane with Go, for about a quarter of an hour; later ones take seconds." +
      "\nExit code: 0 fine, 1 something was not ready in time, 2 the config or the call is wrong, or nothing could be built.",
  )
  .action(async (stack: string, options: UpOptions) => {
    const { up } = await import("./local/command.js");
    show(await up(FOLDER, stack, options, report));
  });

local
  .command("status")
  .description("Show what runs where.")
  .action(async () => {
    const { status } = await import("./local/command.js");
    show(await status(FOLDER));
  });

local
  .command("load")
  .description("Have the pods of a model's Service report load, so that the autoscaler acts.")
  .argument("<model>", "the model, or a release of it such as chat-r1")
  .argument("<requests>", "requests in flight, of all replicas together", number)
  .option("--kv-cache <replicas>", "KV cache in use, where 1 is all of one replica's", number, 0)
  .action(async (model: string, requests: number, options: { kvCache: number }) => {
    const { load } = await import("./local/command.js");
    show(await load(FOLDER, model, requests, options.kvCache));
  });

local
  .command("down")
  .description(
    "End every process and throw the cluster away; of one that was there, take out what up has made. What was built stays.",
  )
  .option("--yes", "do not ask before something is taken out of a cluster that was there", false)
  .option("--forget", "leave what is in a cluster that was there, which is gone for good", false)
  .action(async (options: DownOptions) => {
    const { down } = await import("./local/command.js");
    show(await down(FOLDER, options, report));
  });

/** The texts of an option that is given more than once. */
function collectTexts(text: string, before: string[] = []): string[] {
  return [...before, text];
}

runCommandLine(program);
