/** This repository for the checks of its documentation: pages, package and programs. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPolicyConfig } from "../policyConfig.js";
import { readStackFile } from "../stackFile.js";
import type { Printed, Project } from "./check.js";
import { npmRun } from "./commands.js";
import { checkTypeScript } from "./typescript.js";

/** Folders that are not part of the repository. */
const OTHERS = ["node_modules", "dist", "coverage", "out"];

/** Markdown files within a folder, as paths with `/`. */
export function markdownFiles(root: string, folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || OTHERS.includes(entry.name)) return [];
    const path = folder + entry.name;
    if (entry.isDirectory()) return markdownFiles(root, `${path}/`);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Runs a program of the repository without colours and without a shell. */
function call(folder: string, words: readonly string[]): Printed {
  // Coverage of this run would be mixed with that of the tests, whose loader maps sources differently.
  const env = { ...process.env, NO_COLOR: "1", npm_config_update_notifier: "false", NODE_V8_COVERAGE: "" };
  const { stdout, stderr, status, error } = spawnSync(words[0]!, words.slice(1), {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  return { text: stderr + stdout, exitCode: status ?? 1 };
}

/** The program that an `npm run …` starts, in words: npm itself would take half a second each time. */
function wordsOf(command: string, scripts: Readonly<Record<string, string>>): string[] {
  const { script, arguments: words } = npmRun(command)!;
  return [...scripts[script]!.split(" "), ...words];
}

/** Runs `act` in a scratch folder that has the project's programs, and this file for the staging stack's. */
function withStackFile<T>(root: string, stackFile: string, act: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-docs-"));
  try {
    for (const name of ["components", "node_modules", "package.json", "policies", "stacks", "tools", "tsconfig.json"]) {
      symlinkSync(join(root, name), join(folder, name));
    }
    copyFileSync(join(root, stackFile), join(folder, "Pulumi.staging.yaml"));
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Files of the npm package, as npm itself lists them; what a build makes is left out. */
function packedFiles(root: string): Set<string> {
  const { text, exitCode } = call(root, ["npm", "pack", "--dry-run", "--json", "--ignore-scripts", "--silent"]);
  if (exitCode !== 0) throw new Error(`npm pack: ${text}`);
  // An array in npm 10 and 11, an object by the package's name in later ones.
  const [list] = Object.values(JSON.parse(text) as Record<string, { files: { path: string }[] }>);
  return new Set(list!.files.map(({ path }) => path));
}

/** @param root the folder of package.json */
export function projectAt(root: string): Project {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const ran = new Map<string, Printed>();
  const once = (key: string, act: () => Printed): Printed => {
    const printed = ran.get(key) ?? act();
    ran.set(key, printed);
    return printed;
  };
  const run = (command: string, stackFile?: string): Printed => {
    const words = wordsOf(command, scripts);
    const act = (folder: string): Printed => call(folder, words);
    return once(`${words.join(" ")} ${stackFile ?? ""}`, () =>
      stackFile === undefined ? act(root) : withStackFile(root, stackFile, act),
    );
  };
  const help = (script: string, subcommands: readonly string[]): string | undefined => {
    const { text, exitCode } = run(["npm run", script, "--", ...subcommands, "--help"].join(" "));
    // For an unknown subcommand, commander prints the help of the program.
    const usage = new RegExp(["^Usage:", ...subcommands].join(".* "), "m");
    return exitCode === 0 && usage.test(text) ? text : undefined;
  };
  return {
    pages: new Map(markdownFiles(root).map((file) => [file, readFileSync(join(root, file), "utf8")])),
    exists: (path) => existsSync(join(root, path)),
    packed: packedFiles(root),
    scripts: { texts: scripts, help },
    config: readStackFile(root, "staging").values,
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined),
    run,
    checkTypeScript: (blocks) => (blocks.length === 0 ? [] : checkTypeScript(root, blocks)),
    readLevels: (json) => {
      const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-docs-"));
      try {
        writeFileSync(join(folder, "levels.json"), json);
        readPolicyConfig(join(folder, "levels.json"));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}
