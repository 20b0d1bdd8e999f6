/** Types of properties as Pulumi's packages declare them: what a provider takes, of every kind. Only the syntax is read. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";

export type Shape =
  | { is: "text" | "number" | "boolean" | "any" }
  | { is: "constant"; value: string }
  | { is: "list" | "map"; of: Shape }
  | { is: "object"; fields: () => ReadonlyArray<{ name: string; isOptional: boolean; shape: Shape }> }
  | { is: "union"; of: Shape[] };

const ANY: Shape = { is: "any" };

/** Declared interfaces by their qualified names, such as `core.v1.Container`. */
export type Interfaces = ReadonlyMap<string, ts.InterfaceDeclaration>;

/** @param file of a package, such as `@pulumi/kubernetes/types/input.d.ts` */
export function interfacesOf(file: string): Interfaces {
  const [scope = "", name = "", ...rest] = file.split("/");
  const folder = path.dirname(createRequire(__filename).resolve(`${scope}/${name}/package.json`));
  const source = readFileSync(path.join(folder, ...rest), "utf8");
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (node: ts.Node, prefix: string): void => {
    if (ts.isInterfaceDeclaration(node)) found.set(prefix + node.name.text, node);
    else if (ts.isModuleDeclaration(node))
      node.body?.forEachChild((child) => visit(child, `${prefix}${node.name.text}.`));
    else node.forEachChild((child) => visit(child, prefix));
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest), "");
  return found;
}

/** @param inputs where `inputs.…` is looked up */
export function shapeOf(declared: ts.InterfaceDeclaration, inputs: Interfaces): Shape {
  const read = () =>
    declared.members.filter(ts.isPropertySignature).map((member) => ({
      name: (member.name as ts.Identifier).text,
      isOptional: member.questionToken !== undefined,
      shape: member.type === undefined ? ANY : shapeOfType(member.type, inputs),
    }));
  let known: ReturnType<typeof read> | undefined;
  return { is: "object", fields: () => (known ??= read()) };
}

function shapeOfType(type: ts.TypeNode, inputs: Interfaces): Shape {
  if (type.kind === ts.SyntaxKind.StringKeyword) return { is: "text" };
  if (type.kind === ts.SyntaxKind.NumberKeyword) return { is: "number" };
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return { is: "boolean" };
  if (ts.isParenthesizedTypeNode(type)) return shapeOfType(type.type, inputs);
  if (ts.isArrayTypeNode(type)) return { is: "list", of: shapeOfType(type.elementType, inputs) };
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal))
    return { is: "constant", value: type.literal.text };
  if (ts.isTypeLiteralNode(type)) {
    const entry = type.members.find(ts.isIndexSignatureDeclaration);
    return entry === undefined ? ANY : { is: "map", of: shapeOfType(entry.type, inputs) };
  }
  if (ts.isUnionTypeNode(type)) {
    const parts = type.types.filter((part) => part.kind !== ts.SyntaxKind.UndefinedKeyword);
    const shapes = parts.map((part) => shapeOfType(part, inputs));
    return shapes.length === 1 ? shapes[0]! : { is: "union", of: shapes };
  }
  if (!ts.isTypeReferenceNode(type)) return ANY;
  const name = nameText(type.typeName);
  const [inner] = type.typeArguments ?? [];
  if (inner !== undefined && /(^|\.)(Input|Promise)$/.test(name)) return shapeOfType(inner, inputs);
  const declared = name.startsWith("inputs.") ? inputs.get(name.slice("inputs.".length)) : undefined;
  return declared === undefined ? ANY : shapeOf(declared, inputs);
}

function nameText(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${nameText(name.left)}.${name.right.text}`;
}
