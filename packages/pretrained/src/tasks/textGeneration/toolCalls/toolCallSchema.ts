import { checkString } from "@qkv/ops";
import type { JsonSchema } from "../json/jsonSchema.ts";

/** The schema of a call of a tool, for `json` of a generator: what it writes then is a call that `toolCallReader` reads. */
export function toolCallSchema(name: string, parameters: JsonSchema = { type: "object" }): JsonSchema {
  checkString("toolCallSchema", "name", name);
  return {
    type: "object",
    properties: { name: { const: name }, arguments: parameters },
    required: ["name", "arguments"],
    additionalProperties: false,
  };
}
