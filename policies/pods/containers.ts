/** Containers, read lazily (see read/values.ts). */
import { quote } from "../../components/config/problems.js";
import { knownTexts, placeholderOr } from "../read/unknown.js";
import { type Fields, at, list, text } from "../read/values.js";

export interface EnvironmentVariable {
  name: string;
  /** Absent when the value comes from elsewhere, such as a Secret. */
  readonly value?: string;
}

/** What a container is for its pod. */
export type ContainerRole = "container" | "init container" | "ephemeral container";

export class Container {
  constructor(
    readonly fields: Fields,
    /** A sidecar (an init container with `restartPolicy: Always`) runs beside the others, so it is a `container`. */
    readonly role: ContainerRole,
    private readonly index: number,
    /** Name of its list of arguments. */
    private readonly argsKey = "args",
  ) {}

  get name(): string {
    return text(this.fields["name"]) ?? `#${this.index}`;
  }

  /** How messages name it. */
  get where(): string {
    return `${this.role} ${quote(this.name)}`;
  }

  get image(): string | undefined {
    return text(this.fields["image"]);
  }

  /** Words that are not known yet are placeholders (see read/unknown.ts). */
  get command(): string[] {
    return this.words("command");
  }

  /** As {@link command}. */
  get args(): string[] {
    return this.words(this.argsKey);
  }

  /** A list that is not known yet has two placeholders: it may hold a program or a model, and flags behind it. */
  private words(key: string): string[] {
    const found = placeholderOr(() => list(this.fields[key]));
    return typeof found === "string" ? [found, found] : knownTexts(found);
  }

  /** The value that the environment states for one name; reads no other variable's. */
  environmentValue(name: string): string | undefined {
    const variable = list(this.fields["env"]).findLast((item) => at(item, "name") === name);
    return text(at(variable, "value"));
  }

  /** Names alone: reading a value that is not known yet would throw. */
  get environmentNames(): string[] {
    return list(this.fields["env"]).flatMap((variable) => text(at(variable, "name")) ?? []);
  }

  /** Variables whose values are read when they are asked for. */
  get environment(): EnvironmentVariable[] {
    return list(this.fields["env"]).flatMap((variable) => {
      const name = text(at(variable, "name"));
      if (name === undefined) return [];
      return [
        {
          name,
          get value() {
            return text(at(variable, "value"));
          },
        },
      ];
    });
  }
}
