/** An empty project with the packed package in it, and a compiler for its files. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { folderWith, PROJECT } from "./tools/folders.js";

export interface Manifest {
  version: string;
  files: string[];
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  devDependencies: Record<string, string>;
}

export const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** The coverage of these processes cannot be added to that of the tests. */
export const ENV = { ...process.env, NODE_V8_COVERAGE: "", NODE_OPTIONS: "" };
export const run = (folder: string, program: string, args: readonly string[]): string =>
  execFileSync(program, args, { cwd: folder, env: ENV, encoding: "utf8" });

/** Builds and packs the project. @returns a folder with its package as npm unpacks it, in node_modules */
export function installed(): string {
  const stage = folderWith();
  run(PROJECT, process.execPath, [
    require.resolve("typescript/bin/tsc"),
    "-p",
    "tsconfig.build.json",
    "--outDir",
    join(stage, "dist"),
  ]);
  const shipped = manifestOf(PROJECT).files.filter((name) => name !== "dist");
  for (const name of ["package.json", "README.md", "LICENSE", ...shipped]) {
    cpSync(join(PROJECT, name), join(stage, name), { recursive: true });
  }
  const tarball = run(stage, "npm", ["pack", "--ignore-scripts", "--silent"]).trim();
  const own = join(
    folderWith({ "package.json": '{ "name": "consumer", "private": true }' }),
    "node_modules",
    "pulumi-vllm",
  );
  mkdirSync(own, { recursive: true });
  run(stage, "tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
  // Linked rather than fetched, and no other package: what is not declared is missing.
  const { dependencies, peerDependencies } = manifestOf(own);
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/node"]) {
    const link = join(own, "..", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(PROJECT, "node_modules", name), link);
  }
  return join(own, "..", "..");
}

/** Packages that the files of a folder import. */
export function importsOf(folder: string, ending: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(ending),
  )) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, specifier] of text.matchAll(/(?:require\(|\bfrom |\bimport\()["']([^."'][^"']*)["']/g)) {
      const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier!)![0];
      if (!builtinModules.includes(name) && !name.startsWith("node:"))
        found.set(name, [...(found.get(name) ?? []), file]);
    }
  }
  return found;
}

/** Files of the SDKs and of TypeScript itself: reading and binding them takes ten seconds. */
const sdks = new Map<string, ts.SourceFile | undefined>();

function hostOf(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    getSourceFile: (file, version, ...rest) => {
      if (!file.startsWith(realpathSync(join(PROJECT, "node_modules"))))
        return host.getSourceFile(file, version, ...rest);
      const key = `${file} ${JSON.stringify(version)}`;
      if (!sdks.has(key)) sdks.set(key, host.getSourceFile(file, version, ...rest));
      return sdks.get(key);
    },
  };
}

/** Compiles files of the consumer. @returns what tsc says of them, and without skipLibCheck of the package's declarations */
export function compile(consumer: string, files: readonly string[], moduleOptions: ts.CompilerOptions): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    types: ["node"],
    typeRoots: [join(consumer, "node_modules", "@types")],
    ...moduleOptions,
  };
  const paths = files.map((file) => join(consumer, file));
  const program = ts.createProgram(paths, options, hostOf(options));
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => paths.includes(fileName) || fileName.includes("/node_modules/pulumi-vllm/"));
  // File by file: the whole program would be checked with all of the SDKs' declarations.
  const emitted = paths.flatMap((path) => program.emit(program.getSourceFile(path)).diagnostics);
  const found = ours.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return [...program.getOptionsDiagnostics(), ...emitted, ...found].map(
    ({ file, messageText }) => `${file?.fileName ?? "options"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
  );
}
