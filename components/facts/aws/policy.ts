/** Policies of AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */

export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  /** Of a policy on a resource, such as a queue. */
  Principal?: "*" | { Service: string[] };
  Action: string[];
  Resource: string | string[];
  /** Keys and values by operator. */
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface Policy {
  Version: "2012-10-17";
  Statement: Statement[];
}
