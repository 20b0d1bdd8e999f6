import { CREDENTIAL_FORMS, isNamedSecret } from "../../../components/facts/guarded/credentials.js";
import { quote } from "../../../components/config/problems.js";
import { assignmentsOf, commandsOf } from "../../commands/commands.js";
import { flagsOf } from "../../engine/flags.js";
import { each } from "../../read/unknown.js";
import { workloadRule } from "../../rule.js";

const SECRET_FLAGS = new Set(["api-key", "hf-token"]);
/** `$(NAME)` and `$NAME` take the value from elsewhere, and empty or switched off is no secret. */
const NO_SECRET = /^(\$\(?\{?\w+\}?\)?|true|false|)$/i;

export const noPlainSecrets = workloadRule(
  {
    name: "no-plain-secrets",
    description: "Secrets reach containers by reference, never as text.",
    why: "Text in a pod's spec is shown by kubectl, kept in the stack's state and sent to every log that records specs.",
    remediationSteps: "Keep it in a Secret and refer to it: env[].valueFrom.secretKeyRef.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  // Messages name only the place: printing the value would leak it.
  (workload, report) => {
    each(workload.containers, (container) => {
      each(container.environment, ({ name, value }) => {
        if (value === undefined || NO_SECRET.test(value)) return;
        const isNamed = isNamedSecret(name, value);
        if (!isNamed && !holdsSecret(value)) return;
        const reason = isNamed ? "is named like a secret" : "holds what looks like a secret";
        report(
          `${container.where}: environment variable ${quote(name)} ${reason} and is plain text: use valueFrom.secretKeyRef`,
        );
      });
      const given = secretFlags(commandsOf(container).flat());
      for (const flag of given) {
        report(
          `${container.where}: --${flag} is given as plain text: set its environment variable by valueFrom.secretKeyRef`,
        );
      }
      const assigned = assignmentsOf(container).filter(
        ({ name, value }) => !NO_SECRET.test(value) && isNamedSecret(name, value),
      );
      for (const { name } of assigned) {
        report(`${container.where}: a command sets ${quote(name)} as plain text: use valueFrom.secretKeyRef`);
      }
      const words = [...container.command, ...container.args];
      if (given.length + assigned.length === 0 && words.some((word) => holdsSecret(word))) {
        report(`${container.where}: an argument holds what looks like a secret: use valueFrom.secretKeyRef`);
      }
    });
  },
);

/** Flags whose value is a secret, given as text. */
function secretFlags(words: readonly string[]): string[] {
  const flags = flagsOf(words).filter(
    (flag) => SECRET_FLAGS.has(flag.name) && flag.values.some((value) => !NO_SECRET.test(value)),
  );
  return flags.map(({ name }) => name);
}

function holdsSecret(text: string): boolean {
  return [...CREDENTIAL_FORMS.values()].some((form) => form.test(text));
}
