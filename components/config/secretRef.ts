/** A key of a Secret that is there, or that the External Secrets operator makes. */
import { z } from "zod";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
const KEY = /^(?=.{1,253}$)[-._a-zA-Z0-9]+$/;

// A message that starts with "holds" quotes no value: whoever errs may have written the secret itself.
const name = z.string().refine((text) => NAME.test(text), {
  error:
    "holds no name of a Kubernetes object: use lower-case letters, digits, dashes and dots; the secret itself belongs in the Secret",
});

const NO_REFERENCE =
  "holds no reference: give existingSecret or externalSecret, and key; the secret itself belongs in the Secret";

/**
 * The shape of a reference.
 *
 * @param defaultKey of the Secret, where the reference names none
 * @param namespace where the Secret is, in words
 */
export function secretRefSchema(defaultKey: string, namespace = "the models' namespace") {
  return z
    .strictObject(
      {
        existingSecret: name.optional().describe(`Name of a Secret in ${namespace}`),
        externalSecret: name
          .optional()
          .describe(
            `Name of an ExternalSecret in ${namespace} whose Secret has its name, as it has unless spec.target.name says otherwise; ` +
              "then give that as existingSecret",
          ),
        key: z
          .string()
          .refine((text) => KEY.test(text), {
            error: "holds no key of a Secret: use letters, digits, dashes, dots and underscores",
          })
          .default(defaultKey)
          .describe("Key in the Secret"),
      },
      { error: ({ code, input }) => (code === "invalid_type" && input !== undefined ? NO_REFERENCE : undefined) },
    )
    .refine(({ existingSecret, externalSecret }) => (existingSecret === undefined) !== (externalSecret === undefined), {
      error: "holds no one name: give either existingSecret or externalSecret",
    });
}

/** A key of a Secret, as the config names it. */
export type SecretRef = z.infer<ReturnType<typeof secretRefSchema>>;

/** Where a reference leads to. */
export function secretKeyOf({ existingSecret, externalSecret, key }: SecretRef): { name: string; key: string } {
  return { name: (existingSecret ?? externalSecret)!, key };
}

/** Whether a value has the form of a reference, right or not: an object of texts by a reference's keys. */
export function looksLikeSecretRef(value: unknown): value is SecretRef {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const known = ["existingSecret", "externalSecret", "key"];
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, inner]) => known.includes(key) && typeof inner === "string");
}
