/** Schemas that several sections of the config share. */
import { z } from "zod";
import { isVisible } from "./printable.js";
import { isRange } from "./ranges.js";

export const positiveInt = z.int().min(1);

const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a text is a commit: branches and tags move. */
export function isCommit(text: string): boolean {
  return COMMIT.test(text);
}

export const commit = z
  .string()
  .regex(COMMIT, "is not a commit: branches and tags move, so use the commit's 40 lower-case hex digits");

const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/;

/** Whether a text has the form of a repository's name on the hub. */
export function isHubId(text: string): boolean {
  return HUB_ID.test(text);
}

export const hubId = z.string().regex(HUB_ID, "is not a Hugging Face id: use organisation/name");

/** Why something is set; long enough for a paragraph and a link. */
export const reason = z
  .string()
  .trim()
  .min(1, "is empty: say why it is set")
  .max(1000)
  .refine(isVisible, { error: "holds characters that nobody sees, such as escape sequences: write plain text" });

/** Name of an environment variable. */
export const envName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a variable's name: use letters, digits and _, first no digit");

/** Name of an object of Kubernetes, such as a Secret. */
export const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
    "is not the name of an object: use lower-case letters, digits, dashes and dots",
  );

/** Name of a namespace. */
export const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is not a Kubernetes name: use lower-case letters, digits and dashes");

export const cidr = z.cidrv4("is not an IPv4 range: use a form such as 10.0.0.0/16");

export const subnetId = z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "is not the id of a subnet: subnet-…");

/** Name of an availability zone. */
export const zoneName = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "is not the name of an availability zone: use a form such as us-east-1a");

/** A range of either family. */
export const ipRange = z.stringFormat("ip-range", isRange, {
  error: "is not an address range: use its first address and the prefix's length, such as 10.0.0.0/16 or 2001:db8::/32",
});

/** A TCP or UDP port. */
export const port = z.int().min(1).max(65_535);

/** Labels as Kubernetes takes them: a name with or without a DNS prefix, and a value that may be empty. */
export const labelsSchema = z.record(
  z
    .string()
    .regex(
      /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
      "is not a label's name: use up to 63 letters, digits, dashes, dots and underscores, with a domain and / before them if any",
    ),
  z
    .string()
    .regex(
      /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/,
      "is not a label's value: use up to 63 letters, digits, dashes, dots and underscores, first and last no punctuation",
    ),
);

/** Whether of several keys exactly one is given. */
export function givesOne(value: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return keys.filter((key) => value[key] !== undefined).length === 1;
}
