/** The JSON Schema of `Pulumi.<stack>.yaml`, for editors: completion, documentation, red lines. */
import { z } from "zod";
import { NAMESPACE } from "../../stacks/namespace.js";
import { stackConfigSchema } from "../../stacks/schema.js";
import { mayHoldSecret } from "../../stacks/secrets.js";

/** The parts of JSON Schema that the reference reads. */
export interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
}

/** How Pulumi writes a value that it keeps encrypted. */
const ENCRYPTED = { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] };

/** The schema of everything under `vllm:`, by key without `vllm:`. */
export function configSchema(): Record<string, JsonSchema> {
  const schema = z.toJSONSchema(stackConfigSchema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema, path }) => {
      // Safe integers are JavaScript's bounds, not the config's.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      const keys = path.filter((_, index) => path[index - 1] === "properties").join(".");
      if (jsonSchema.type === "string" && mayHoldSecret(keys)) {
        const { description, ...text } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
        Object.assign(jsonSchema, { ...(description && { description }), anyOf: [text, ENCRYPTED] });
      }
    },
  }) as JsonSchema;
  return schema.properties!;
}

/** A model's shape may stand in a file, too: the file is read before the schema is asked. */
function withArchitectureFiles(schema: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const copy = structuredClone(schema);
  const entry = (of: JsonSchema): JsonSchema => of.additionalProperties as JsonSchema;
  const release = entry(entry(copy["models"]!).properties!["releases"]!);
  const { properties } = release.properties!["model"]!;
  const { description, ...shape } = properties!["architecture"]!;
  const file = { type: "string", description: "Path of the model's config.json beside the stack's file" };
  properties!["architecture"] = { ...(description !== undefined && { description }), anyOf: [file, shape] };
  return copy;
}

/** The schema of the whole file; keys of other providers, such as `aws:region`, are left alone. */
export function stackFileSchema(): object {
  const properties = Object.entries(withArchitectureFiles(configSchema())).map(([key, schema]) => [
    `${NAMESPACE}:${key}`,
    schema,
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Pulumi.<stack>.yaml of pulumi-vllm",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(properties) as object,
        patternProperties: { [`^(?!${NAMESPACE}:)`]: {} },
        additionalProperties: false,
        required: [`${NAMESPACE}:cluster`, `${NAMESPACE}:models`],
      },
    },
    required: ["config"],
  };
}
