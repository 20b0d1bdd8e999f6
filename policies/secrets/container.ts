/** Secrets in a container: variables, commands, probes and hooks. */
import { decoded, entriesOf } from "../../components/facts/vllm/jsonValues.js";
import { isNamedSecret } from "../../components/facts/guarded/credentials.js";
import { quote } from "../../components/config/problems.js";
import { assignmentsOf, commandsOf } from "../commands/commands.js";
import { flagsOf } from "../engine/flags.js";
import type { Container } from "../pods/containers.js";
import { all, each } from "../read/unknown.js";
import { at, list, text } from "../read/values.js";
import { holdsSecret, NO_SECRET } from "./forms.js";

const SECRET_FLAGS = new Set(["api-key", "hf-token"]);

type Say = (message: string, fix?: string) => void;

/**
 * Messages name only the place: printing the value would leak it.
 *
 * @param isOfChart for a container in a chart's values, whose variables are judged with the other values
 */
export function judgeContainer(container: Container, isOfChart: boolean, report: (message: string) => void): void {
  const say: Say = (message, fix = "use valueFrom.secretKeyRef") => report(`${container.where}: ${message}: ${fix}`);
  all(
    () => void (isOfChart || judgeVariables(container, say)),
    () => judgeCommands(container, say),
    () => judgeProbes(container, say),
  );
}

function judgeVariables(container: Container, say: Say): void {
  each(container.environment, (variable) => {
    const { name, value } = variable;
    if (value === undefined || NO_SECRET.test(value)) return;
    const isNamed = isNamedSecret(name, value);
    if (!isNamed && !holdsSecret(value)) return;
    say(
      `environment variable ${quote(name)} ${isNamed ? "is named like a secret" : "holds what looks like a secret"} and is plain text`,
    );
  });
}

function judgeCommands(container: Container, say: Say): void {
  const words = commandsOf(container).flat();
  const given = secretFlags(words);
  for (const flag of given) {
    say(`--${flag} is given as plain text`, "set its environment variable by valueFrom.secretKeyRef");
  }
  const assigned = assignmentsOf(container).filter(
    ({ name, value }) => !NO_SECRET.test(value) && isNamedSecret(name, value),
  );
  for (const { name } of assigned) say(`a command sets ${quote(name)} as plain text`);
  const keys = words
    .flatMap((word) => entriesOf(decoded(word.replace(/^--[\w-]+=/, ""))))
    .filter(({ key, value }) => typeof value === "string" && !NO_SECRET.test(value) && isNamedSecret(key, value));
  for (const { key } of keys) say(`an argument sets ${quote(key)} as plain text`);
  const found = given.length + assigned.length + keys.length;
  if (found === 0 && [...container.command, ...container.args].some(holdsSecret)) {
    say("an argument holds what looks like a secret");
  }
}

/** Headers of probes and hooks. */
function judgeProbes({ fields }: Container, say: Say): void {
  const requests = [
    ...["startupProbe", "readinessProbe", "livenessProbe"].map((name) => at(fields, name)),
    ...["postStart", "preStop"].map((name) => at(fields, "lifecycle", name)),
  ];
  const headers = requests.flatMap((request) => list(at(request, "httpGet", "httpHeaders")));
  each(headers, (header) => {
    if (holdsSecret(text(at(header, "value")) ?? "")) {
      say(`header ${quote(at(header, "name"))} of a probe or hook holds what looks like a secret`);
    }
  });
}

/** Flags whose value is a secret, given as text. */
function secretFlags(words: readonly string[]): string[] {
  const flags = flagsOf(words).filter(
    (flag) => SECRET_FLAGS.has(flag.name) && flag.values.some((value) => !NO_SECRET.test(value)),
  );
  return flags.map(({ name }) => name);
}
