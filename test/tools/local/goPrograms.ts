/** A `go` of our own in place of the real one: a script that stands first on the PATH. */
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { folderWith } from "../folders.js";
import { script } from "./fakes.js";

const PATH = process.env["PATH"];

/** What the script does beside answering `go env`. */
export interface GoBehaviour {
  /** `go env GOVERSION` */
  version?: string;
  /** Shell lines for `go build` and `go mod`; `$out` is the file to build, `$package` the last argument. */
  does?: string[];
}

export class FakeGo {
  readonly folder = folderWith();

  /** Puts it in place; {@link restorePath} takes it away. */
  constructor({ version = "go1.26.4", does = ['echo "program of $package" > "$out"'] }: GoBehaviour = {}) {
    script(
      join(this.folder, "bin", "go"),
      `[ "$1 $2" = "env GOVERSION" ] && { echo "${version}"; exit; }`,
      `[ "$1 $2" = "env GOCACHE" ] && { echo "${this.folder}/cache/go-build"; exit; }`,
      // One write, so that lines of two calls do not mix.
      `printf '%s|%s|%s|%s\\n' "$PWD" "$GOFLAGS" "$GOWORK" "$*" >> "${this.folder}/calls"`,
      'out=; before=; for package; do [ "$before" = -o ] && out=$package; before=$package; done',
      ...does,
    );
    process.env["PATH"] = [join(this.folder, "bin"), PATH].join(delimiter);
  }

  /** Calls other than `go env`, as folder, GOFLAGS, GOWORK and arguments. */
  get calls(): string[][] {
    const file = join(this.folder, "calls");
    return existsSync(file)
      ? readFileSync(file, "utf8")
          .trim()
          .split("\n")
          .map((line) => line.split("|"))
      : [];
  }
}

/** A PATH on which nothing is. */
export function withoutPrograms(): void {
  process.env["PATH"] = folderWith();
}

export function restorePath(): void {
  process.env["PATH"] = PATH;
}
