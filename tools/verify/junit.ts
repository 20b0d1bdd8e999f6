/** Results as JUnit XML, which CI systems show: https://github.com/testmoapp/junitxml, read 2026-11-26. */
import { CHECKS, type Result } from "./check.js";
import { counts } from "./text.js";

/** A suite a subject, a case a check. @param results printable ones */
export function junit(stack: string, results: readonly Result[], now: Date): string {
  const subjects = [...new Set(results.map(({ subject }) => subject))];
  const suites = subjects.map((subject) =>
    suite(
      stack,
      subject,
      results.filter((result) => result.subject === subject),
      now,
    ),
  );
  const all = attributes({ name: `verify ${stack}`, ...totals(results) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${all}>\n${suites.join("\n")}\n</testsuites>\n`;
}

function totals(results: readonly Result[]) {
  const { fail, skip } = counts(results);
  const time = results.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  return { tests: results.length, failures: fail, errors: 0, skipped: skip, time };
}

function suite(stack: string, subject: string, results: readonly Result[], now: Date): string {
  const head = attributes({ name: subject, ...totals(results), timestamp: now.toISOString().replace(/\..*$/, "") });
  return [`  <testsuite ${head}>`, ...results.map((result) => testCase(stack, result)), "  </testsuite>"].join("\n");
}

function testCase(stack: string, { name, subject, status, found, next, seconds }: Result): string {
  const head = attributes({
    name: `${name}: ${CHECKS[name]}`,
    classname: `verify.${stack}.${subject}`,
    time: seconds.toFixed(3),
  });
  if (status === "pass") return `    <testcase ${head}><system-out>${escaped(found)}</system-out></testcase>`;
  const inner =
    status === "fail"
      ? `<failure ${attributes({ message: found })}>${escaped(`${found}\nTo look further: ${next}`)}</failure>`
      : `<skipped ${attributes({ message: found })}/>`;
  return `    <testcase ${head}>${inner}</testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(" ");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
