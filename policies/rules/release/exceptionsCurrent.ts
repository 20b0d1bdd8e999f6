import { didYouMean, quote } from "../../../components/config/problems.js";
import { ANNOTATIONS } from "../../../components/vocabulary/labels.js";
import { annotatedExceptions } from "../../exceptions/annotation.js";
import { currentDate, type Exception, hasEnded } from "../../exceptions/exception.js";
import { type ResourceRule, resourceRule } from "../../rule.js";

/**
 * @param rules names of all other rules
 * @param today as YYYY-MM-DD
 */
export function exceptionsCurrent(rules: readonly string[], today: () => string = currentDate): ResourceRule {
  return resourceRule(
    {
      name: "exceptions-current",
      description: "An exception that an object carries names a rule, a reason and an end date that has not passed.",
      why: "An exception that nobody has to look at again is a rule that does not hold.",
      remediationSteps: `Mend the cause and remove the exception, or have a new date in ${ANNOTATIONS.exceptions} reviewed.`,
      equalForms:
        "The annotation may be JSON or YAML. A date in the past, an unknown rule, a missing reason or date and any other key are refused; the last day of an exception is good. Exceptions in a level file are judged when the file is read.",
      severity: "medium",
      enforcementLevel: "mandatory",
    },
    (resource, report) => {
      const { exceptions, problems } = annotatedExceptions(resource);
      for (const problem of [
        ...problems,
        ...exceptions.flatMap((exception) => problemsOf(exception, rules, today())),
      ]) {
        report(`annotation ${ANNOTATIONS.exceptions}${problem.startsWith("[") ? "" : " "}${problem}`);
      }
    },
  );
}

function problemsOf(exception: Exception, rules: readonly string[], today: string): string[] {
  const { rule, until } = exception;
  const is = `the exception from ${quote(rule)}`;
  return [
    ...(rules.includes(rule) ? [] : [`${is}: no rule has this name${didYouMean(rule, rules)}`]),
    ...(hasEnded(exception, today) ? [`${is} ended on ${until}: mend the cause, or have a new date reviewed`] : []),
  ];
}
