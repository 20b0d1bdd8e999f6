/** TypeScript that a page shows, through the compiler, with the package's entries leading to their sources. */
import { join } from "node:path";
import ts from "typescript";
import { error, type Problem } from "../../components/config/problems.js";
import type { Block } from "./markdown.js";

/**
 * Checks the types of all blocks at once: loading the SDKs' types takes most of the time. `{ … }` stands for an object.
 *
 * @param root folder of tsconfig.json
 */
export function checkTypeScript(root: string, blocks: readonly Block[]): Problem[] {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(
    (config.config as { compilerOptions: object }).compilerOptions,
    root,
  );
  Object.assign(options, {
    // A snippet may end before it uses what it makes.
    noUnusedLocals: false,
    types: ["node"],
    paths: {
      "pulumi-vllm": [join(root, "components/index.ts")],
      "pulumi-vllm/policies": [join(root, "policies/rules/index.ts")],
      "pulumi-vllm/policies/pack": [join(root, "policies/pack.ts")],
    },
  });
  const files = new Map(blocks.map((block, index) => [join(root, `docs-snippet-${index}.ts`), block]));
  const disk = ts.createCompilerHost(options);
  const textOf = (file: string): string | undefined => files.get(file)?.lines.join("\n").replaceAll("{ … }", "{}");
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    readFile: (file) => textOf(file) ?? disk.readFile(file),
    getSourceFile: (file, version, ...rest) => {
      const text = textOf(file);
      return text === undefined ? disk.getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([file, { at }]) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) => {
      const line = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1;
      return error(at, `line ${line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`);
    });
  });
}
