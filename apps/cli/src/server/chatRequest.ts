import type { ChatMessage, JsonSchema } from "@qkv/pretrained";
import { z } from "zod";
import { fieldError } from "./apiError.ts";
import { GENERATION_FIELDS, unchanged } from "./requestBody.ts";
import { TOOL_FIELDS } from "./toolRequest.ts";

const CONTENT = z.union([z.string(), z.array(z.strictObject({ type: z.literal("text"), text: z.string() }))]);

const SCHEMA = z.strictObject({
  name: z.string().optional(),
  description: z.string().nullish(),
  schema: z.union([z.boolean(), z.record(z.string(), z.unknown())]),
  strict: z.boolean().nullish(),
});

const TOOL_CALL = z.strictObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

const SAID = { refusal: unchanged(), annotations: unchanged(), audio: unchanged(), function_call: unchanged() };

const MESSAGE = z.discriminatedUnion("role", [
  z.strictObject({
    role: z.enum(["system", "developer", "user"]),
    content: CONTENT,
    tool_calls: unchanged(),
    ...SAID,
  }),
  z.strictObject({
    role: z.literal("assistant"),
    content: CONTENT.nullish(),
    tool_calls: z.array(TOOL_CALL).nullish(),
    ...SAID,
  }),
  z.strictObject({ role: z.literal("tool"), content: CONTENT, tool_call_id: z.string() }),
]);

/** The body of a request to `/v1/chat/completions`. */
export const CHAT_REQUEST = z.strictObject({
  ...GENERATION_FIELDS,
  ...TOOL_FIELDS,
  messages: z.array(MESSAGE).min(1),
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
  functions: unchanged(),
  function_call: unchanged("none", "auto"),
  modalities: z.array(z.literal("text")).nullish(),
});

/** A request to `/v1/chat/completions`. */
export type ChatRequest = z.infer<typeof CHAT_REQUEST>;

/** The messages of a request. @throws ApiError naming what does not fit the messages before it */
export function messagesOf({ messages }: ChatRequest): ChatMessage[] {
  const names = new Map<string, string>();
  const found = messages.map((message, i): ChatMessage => {
    const content = textOf(message.content);
    if (message.role === "tool") {
      const { tool_call_id: toolCallId } = message;
      const name = names.get(toolCallId);
      if (name === undefined) throw fieldError(`messages.${i}.tool_call_id`, "that of a call before it", toolCallId);
      return { role: "tool", content, toolCallId, name };
    }
    if (message.role !== "assistant") return { role: message.role === "developer" ? "system" : message.role, content };
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) {
      if (message.content == null) throw fieldError(`messages.${i}.content`, "a text, or tool_calls", "nothing");
      return { role: "assistant", content };
    }
    const toolCalls = calls.map(({ id, function: { name, arguments: json } }, place) => {
      names.set(id, name);
      return { id, name, arguments: argumentsOf(json, `messages.${i}.tool_calls.${place}.function.arguments`) };
    });
    return { role: "assistant", content, toolCalls };
  });
  if (found.at(-1)?.toolCalls !== undefined) {
    throw fieldError("messages", "answers of tools after the last tool_calls", "none");
  }
  return found;
}

function textOf(content: z.infer<typeof CONTENT> | null | undefined): string {
  return typeof content === "string" ? content : (content ?? []).map(({ text }) => text).join("");
}

function argumentsOf(json: string, field: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json === "" ? "{}" : json);
  } catch {
    throw fieldError(field, "an object as JSON", "other text");
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw fieldError(field, "an object as JSON", "another value");
}

/** The schema that an answer is held to, if there is one. */
export function schemaOf({ response_format: format }: ChatRequest): JsonSchema | undefined {
  if (format?.type === "json_object") return { type: "object" };
  return format?.type === "json_schema" ? format.json_schema.schema : undefined;
}
