import type { ChatMessage, JsonSchema } from "@qkv/pretrained";
import { z } from "zod";
import { GENERATION_FIELDS, unchanged } from "./requestBody.ts";

const CONTENT = z.union([z.string(), z.array(z.strictObject({ type: z.literal("text"), text: z.string() }))]);

const SCHEMA = z.strictObject({
  name: z.string().optional(),
  description: z.string().nullish(),
  schema: z.union([z.boolean(), z.record(z.string(), z.unknown())]),
  strict: z.boolean().nullish(),
});

/** The body of a request to `/v1/chat/completions`. */
export const CHAT_REQUEST = z.strictObject({
  ...GENERATION_FIELDS,
  messages: z
    .array(
      z.strictObject({
        role: z.enum(["system", "developer", "user", "assistant"]),
        content: CONTENT,
        refusal: unchanged(),
        annotations: unchanged(),
        audio: unchanged(),
        tool_calls: unchanged(),
        function_call: unchanged(),
      }),
    )
    .min(1),
  max_completion_tokens: z.int().min(1).nullish(),
  response_format: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object") }),
      z.strictObject({ type: z.literal("json_schema"), json_schema: SCHEMA }),
    ])
    .nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
  logprobs: unchanged(false),
  top_logprobs: unchanged(0),
  tools: unchanged(),
  tool_choice: unchanged("none", "auto"),
  parallel_tool_calls: unchanged(true, false),
  functions: unchanged(),
  function_call: unchanged("none", "auto"),
  modalities: z.array(z.literal("text")).nullish(),
});

/** A request to `/v1/chat/completions`. */
export type ChatRequest = z.infer<typeof CHAT_REQUEST>;

/** The messages of a request. */
export function messagesOf({ messages }: ChatRequest): ChatMessage[] {
  return messages.map(({ role, content }) => ({
    role: role === "developer" ? "system" : role,
    content: typeof content === "string" ? content : content.map(({ text }) => text).join(""),
  }));
}

/** The schema that an answer is held to, if there is one. */
export function schemaOf({ response_format: format }: ChatRequest): JsonSchema | undefined {
  if (format?.type === "json_object") return { type: "object" };
  return format?.type === "json_schema" ? format.json_schema.schema : undefined;
}
