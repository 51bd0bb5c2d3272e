import { randomUUID } from "node:crypto";
import { type ChatToolCall, toolCallReader } from "@qkv/pretrained";
import type { Context } from "hono";
import { type AnswerForm, answerTexts, type ServerParts } from "./answers.ts";
import { ApiError, fieldError } from "./apiError.ts";
import { CHAT_REQUEST, messagesOf, schemaOf } from "./chatRequest.ts";
import { generationSettings } from "./generationSettings.ts";
import { requestBody } from "./requestBody.ts";
import { servedModel } from "./servedModels.ts";
import { toolUseOf } from "./toolRequest.ts";

/** `POST /v1/chat/completions`. */
export async function chatCompletions(context: Context, parts: ServerParts): Promise<Response> {
  const request = await requestBody(context, CHAT_REQUEST);
  const model = servedModel(parts.models, request.model, "generator");
  const { generator, cache } = model.generator;
  if (!generator.hasChat) {
    const expected = "expected a model with a chat template, or a prompt for /v1/completions";
    throw new ApiError(400, `model: ${expected}, got ${model.id}`, { param: "model", code: "invalid_value" });
  }
  const limit = request.max_completion_tokens ?? request.max_tokens;
  const tools = toolUseOf(request);
  if (tools !== undefined && !generator.takesTools) {
    throw fieldError("tools", "nothing, as the model's chat template takes none", "some");
  }
  if (tools?.schema !== undefined && schemaOf(request) !== undefined) {
    throw fieldError("response_format", "nothing or text where tool_choice forces a call", "another");
  }
  const json = tools?.schema ?? schemaOf(request);
  const settings = generationSettings({ ...request, max_tokens: limit }, generator, parts.maxTokens);
  const variables = { ...request.chat_template_kwargs, ...(tools && { tools: tools.tools }) };
  // A seed gives the same tokens only if the conversation is read in the same portions: from its beginning.
  const usesCache = request.seed == null;
  return answerTexts(
    context,
    {
      model,
      prompts: [messagesOf(request)],
      options: {
        ...settings,
        ...(json !== undefined && { json }),
        templateVariables: variables,
        ...(usesCache && { cache }),
      },
      form: chatForm(request.model),
      ...(tools && { reader: () => toolCallReader(tools) }),
      isStream: request.stream ?? false,
      tellsUsage: request.stream_options?.include_usage ?? false,
    },
    parts,
  );
}

function chatForm(model: string): AnswerForm {
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
  const choice = (index: number, delta: object, finish: string | null = null) => {
    return { index, delta, logprobs: null, finish_reason: finish };
  };
  return {
    event: { ...head, object: "chat.completion.chunk" },
    first: (index) => choice(index, { role: "assistant", content: "", refusal: null }),
    text: (index, text) => choice(index, { content: text }),
    call: (index, call, place) => choice(index, { tool_calls: [{ index: place, ...told(call) }] }),
    last: (index, finish) => choice(index, {}, finish),
    whole: (answers) => ({
      ...head,
      object: "chat.completion",
      choices: answers.map(({ text, calls, finish }, index) => ({
        index,
        message: {
          role: "assistant",
          content: calls.length > 0 && text === "" ? null : text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls.map(told) }),
        },
        logprobs: null,
        finish_reason: finish,
      })),
    }),
  };
}

/** A call in OpenAI's form. */
function told({ id, name, arguments: given }: ChatToolCall): object {
  return { id, type: "function", function: { name, arguments: JSON.stringify(given) } };
}
