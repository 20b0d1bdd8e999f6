/** The text of docs/policies.md, generated from the rules. */
import { ANNOTATIONS } from "../components/vocabulary/labels.js";
import { EXCEPTIONS } from "../policies/exceptions/exception.js";
import type { Rule } from "../policies/rule.js";

const INTRODUCTION = `# Policies

The rules of the policy pack, for any Pulumi program. \`npm run preview\` applies them, and so does
\`pulumi preview --policy-pack policies --policy-pack-config policies/config/<environment>.json\`; \`pulumi up\` applies them
only when it gets the same options. Another program requires the pack from the npm package, see
[README.md](../README.md#the-policy-pack-alone). A broken **mandatory** rule stops the update, a broken **advisory** rule is only shown. A level
file changes levels and settings:

<!-- check: levels -->

\`\`\`json
{ "limits-stated": "mandatory", "image-pinned": { "enforcementLevel": "mandatory", "require": "tag" } }
\`\`\`

Levels are \`advisory\`, \`mandatory\`, \`remediate\` and \`disabled\`; \`all\` sets every rule that has no entry of its own. At
\`remediate\`, a rule with a remedy mends the resource before it is created, and what it cannot mend is mandatory.

## Exceptions

An exception spares one resource from one rule until the end of a day (UTC). It is text that a review sees, in the level file, where
\`resource\` is Pulumi's name, the object's own, or \`namespace/name\`:

<!-- check: levels -->

\`\`\`json
{
  "gpu-placement": {
    "exceptions": [{ "resource": "llm/chat", "reason": "moves to labelled nodes in LLM-214", "until": "2027-03-31" }]
  }
}
\`\`\`

or on a Kubernetes object itself, as JSON or YAML:

<!-- not checked: a part of an object -->

\`\`\`text
metadata:
  annotations:
    ${ANNOTATIONS.exceptions}: |
      - { rule: gpu-placement, reason: moves to labelled nodes in LLM-214, until: "2027-03-31" }
\`\`\`

Once it has ended, the violation is reported again and says so. An annotation that lacks something or has ended breaks the rule
[\`exceptions-current\`](#exceptions-current). A level file that lacks something is refused. The preview counts exceptions.

## Values that are not known yet

A preview cannot check a value that is known only after the update: the rule judges everything else, and the engine says of which rule and
resource a value was missing. Namespaces that are not known yet are taken for the same one. Rules that see each resource check it during
the update, before that resource is created; rules that see the stack's resources together check it at the end of the update, when
they exist already.

## All rules

<!-- Made by tools/policyReference.ts from policies/rules: change the rules, not this file. -->
`;

/** @returns Markdown: a table of all rules, then a section a rule */
export function policyReference(rules: readonly Rule[]): string {
  const table = [
    "| Rule | What has to hold | Level | Severity |",
    "| --- | --- | --- | --- |",
    ...rules.map(
      ({ name, description, enforcementLevel, severity }) =>
        `| [\`${name}\`](#${name}) | ${cell(description)} | ${enforcementLevel} | ${severity} |`,
    ),
  ];
  return `${[INTRODUCTION, table.join("\n"), ...rules.map(section)].join("\n\n").replaceAll("\n\n\n", "\n\n")}\n`;
}

function section(rule: Rule): string {
  const { name, description, why, remediationSteps, equalForms, enforcementLevel, severity } = rule;
  const scope = "validateStack" in rule ? "the stack's resources together" : "each resource";
  return [
    `## ${name}`,
    description,
    `- **Why**: ${why}`,
    `- **Fix**: ${plain(remediationSteps)}`,
    `- **Equal forms**: ${equalForms}`,
    `- **Level**: ${enforcementLevel}; severity ${severity}; sees ${scope}`,
    ...settings(rule),
  ]
    .join("\n")
    .replace(`\n${description}\n`, `\n\n${description}\n\n`);
}

function settings(rule: Rule): string[] {
  const own = Object.entries(rule.configSchema?.properties ?? {}).filter(([, schema]) => schema !== EXCEPTIONS);
  return own.map(([name, schema]) => {
    const allowed = schema.enum?.map((value) => `\`${JSON.stringify(value)}\``).join(" or ") ?? String(schema.type);
    return `- **Setting** \`${name}\`: ${schema.description ?? ""} ${allowed}; default \`${JSON.stringify(schema.default)}\``;
  });
}

/** Markdown would take `<…>` for a tag of HTML. */
function plain(text: string): string {
  return text.replaceAll("<", "&lt;");
}

/** A bar would end the table's cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
