import { CREDENTIAL_FORMS } from "../../components/facts/guarded/credentials.js";
import { quote } from "../../components/config/problems.js";
import { assignmentsOf, commandsOf } from "../commands.js";
import { flagsOf } from "../flags.js";
import { workloadRule } from "../rule.js";

/** Words of variable names: `HF_TOKEN`, not `TOKENIZERS_PARALLELISM` or `MAX_TOKENS`. */
const SECRET_NAME =
  /(^|_)(TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|API_?KEYS?|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(_|$)/;
/** Names with these endings say where or of what kind a secret is, not the secret itself. */
const ABOUT_SECRET =
  /_(FILE|PATH|DIR|URL|URI|NAME|TYPE|TTL|HEADER|ENABLED|LENGTH|LIMIT|COUNT)$|(^|_)(MAX|MIN|NUM)_TOKEN/;
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
    for (const container of workload.containers) {
      for (const { name, value } of container.environment) {
        if (value === undefined || NO_SECRET.test(value)) continue;
        const isNamed = isSecretName(name.toUpperCase(), value);
        if (!isNamed && !holdsSecret(value)) continue;
        const reason = isNamed ? "is named like a secret" : "holds what looks like a secret";
        report(
          `${container.where}: environment variable ${quote(name)} ${reason} and is plain text: use valueFrom.secretKeyRef`,
        );
      }
      const given = secretFlags(commandsOf(container).flat());
      for (const flag of given) {
        report(
          `${container.where}: --${flag} is given as plain text: set its environment variable by valueFrom.secretKeyRef`,
        );
      }
      const assigned = assignmentsOf(container).filter(
        ({ name, value }) => !NO_SECRET.test(value) && isSecretName(name.toUpperCase(), value),
      );
      for (const { name } of assigned) {
        report(`${container.where}: a command sets ${quote(name)} as plain text: use valueFrom.secretKeyRef`);
      }
      const words = [...container.command, ...container.args];
      if (given.length + assigned.length === 0 && words.some((word) => holdsSecret(word))) {
        report(`${container.where}: an argument holds what looks like a secret: use valueFrom.secretKeyRef`);
      }
    }
  },
);

/** Flags whose value is a secret, given as text. */
function secretFlags(words: readonly string[]): string[] {
  const flags = flagsOf(words).filter(
    ({ name, values }) => SECRET_FLAGS.has(name) && values.some((value) => !NO_SECRET.test(value)),
  );
  return flags.map(({ name }) => name);
}

function holdsSecret(text: string): boolean {
  return [...CREDENTIAL_FORMS.values()].some((form) => form.test(text));
}

function isSecretName(name: string, value: string): boolean {
  // A number under a name with token counts tokens; a password may be a number.
  const isCount = name.includes("TOKEN") && /^\d+$/.test(value);
  return SECRET_NAME.test(name) && !ABOUT_SECRET.test(name) && !isCount;
}
