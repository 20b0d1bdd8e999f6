/** The text of docs/policies.md, generated from the rules. */
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

Levels are \`advisory\`, \`mandatory\` and \`disabled\`; \`all\` sets every rule that has no entry of its own.
A preview cannot check a value that is known only after the update: the engine says so. Rules that see each resource check it during
the update, before that resource is created; rules that see the stack's resources together check it at the end of the update, when
they exist already.

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
  const { name, description, why, remediationSteps, enforcementLevel, severity } = rule;
  const scope = "validateStack" in rule ? "the stack's resources together" : "each resource";
  return [
    `## ${name}`,
    description,
    `- **Why**: ${why}`,
    `- **Fix**: ${plain(remediationSteps)}`,
    `- **Level**: ${enforcementLevel}; severity ${severity}; sees ${scope}`,
    ...settings(rule),
  ]
    .join("\n")
    .replace(`\n${description}\n`, `\n\n${description}\n\n`);
}

function settings(rule: Rule): string[] {
  return Object.entries(rule.configSchema?.properties ?? {}).map(([name, schema]) => {
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
