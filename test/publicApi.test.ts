/** Everything that a public signature names can be imported: nobody has to write out a type that the package has. */
import assert from "node:assert/strict";
import { resolve } from "node:path";

import ts from "typescript";

const PROJECT = resolve(__dirname, "..");
const INDEX = resolve(PROJECT, "components/index.ts");

function programOf(): ts.Program {
  const { config } = ts.readConfigFile(resolve(PROJECT, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT);
  return ts.createProgram([INDEX], options);
}

/** What of a declaration its users see: no bodies, no private members. */
function signatureParts(declaration: ts.Node): ts.Node[] {
  const parts: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) return;
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword))
      return;
    // The type of a constant or a property that states none is its value's.
    if ((ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) && node.initializer !== undefined) {
      if (node.type !== undefined) visit(node.type);
      return;
    }
    parts.push(node);
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return parts;
}

describe("the package's public types", function () {
  this.timeout(60_000);

  it("are all exported by its index", () => {
    const program = programOf();
    const checker = program.getTypeChecker();
    const whole = (symbol: ts.Symbol): ts.Symbol =>
      (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
    const index = checker.getSymbolAtLocation(program.getSourceFile(INDEX)!)!;
    const exported = new Set(checker.getExportsOfModule(index).map(whole));
    const missing = new Set<string>();
    for (const symbol of exported) {
      for (const declaration of symbol.declarations ?? []) {
        for (const node of signatureParts(declaration)) {
          if (!ts.isTypeReferenceNode(node)) continue;
          const named = checker.getSymbolAtLocation(node.typeName);
          if (named === undefined) continue;
          const found = whole(named);
          const at = found.declarations?.[0];
          if (at === undefined || (found.flags & ts.SymbolFlags.TypeParameter) !== 0) continue;
          const file = at.getSourceFile().fileName;
          if (!file.startsWith(resolve(PROJECT, "components")) || exported.has(found)) continue;
          missing.add(`${symbol.name} names ${found.name} (${file.slice(PROJECT.length + 1)})`);
        }
      }
    }
    assert.ok(exported.size > 50, String(exported.size));
    assert.deepEqual([...missing], []);
  });
});
