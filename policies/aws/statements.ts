/** Statements of IAM's policy documents, as text or as objects. */
import { quote } from "../../components/config/problems.js";
import { at, isStated, stated, strings } from "../read/values.js";
import type { Held } from "./holders.js";

/** A statement that allows something; read lazily (see read/values.ts). */
export class Statement {
  constructor(
    private readonly value: unknown,
    /** How messages name it. */
    readonly where: string,
  ) {}

  get actions(): string[] {
    return texts(at(this.value, "Action"));
  }

  /** One that a preview does not know yet is the ARN of a resource to come, so no wildcard. */
  get resources(): string[] {
    return texts(stated(this.value, "Resource"));
  }

  get condition(): unknown {
    return stated(this.value, "Condition");
  }

  /** By type, such as `AWS` and `Federated`; everyone is `*`. */
  get principals(): ReadonlyMap<string, string[]> {
    const principal = stated(this.value, "Principal");
    if (typeof principal === "string") return new Map([["", [principal]]]);
    const types = typeof principal === "object" && principal !== null ? Object.entries(principal) : [];
    return new Map(types.map(([type, names]) => [type, texts(names)]));
  }

  has(element: "NotAction" | "NotResource" | "NotPrincipal"): boolean {
    return isStated(this.value, element);
  }
}

/** What a document allows. Invalid ones, such as text that is not JSON, allow nothing. */
export function statementsOf({ path, read }: Held): Statement[] {
  return oneOrMore(at(parsed(read()), "Statement")).flatMap((statement, index) => {
    if (at(statement, "Effect") !== "Allow") return [];
    const sid = at(statement, "Sid");
    const name = typeof sid === "string" && sid !== "" ? quote(sid) : `#${index}`;
    return [new Statement(statement, `${path}, statement ${name}`)];
  });
}

function parsed(document: unknown): unknown {
  if (typeof document !== "string") return document;
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** IAM accepts a single value in place of a list of one. */
function oneOrMore(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The texts of one value or a list. */
export function texts(value: unknown): string[] {
  return strings(oneOrMore(value));
}
