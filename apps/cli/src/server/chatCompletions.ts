import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { type AnswerForm, answerTexts, finishOf, type ServerParts } from "./answers.ts";
import { ApiError } from "./apiError.ts";
import { CHAT_REQUEST, messagesOf, schemaOf } from "./chatRequest.ts";
import { generationSettings } from "./generationSettings.ts";
import { requestBody } from "./requestBody.ts";
import { servedModel } from "./servedModels.ts";

/** `POST /v1/chat/completions`. */
export async function chatCompletions(context: Context, parts: ServerParts): Promise<Response> {
  const request = await requestBody(context, CHAT_REQUEST);
  const model = servedModel(parts.models, request.model, "generator");
  const { generator, cache } = model.generator;
  if (!generator.hasChat) {
    const expected = "expected a model with a chat template, or a prompt for /v1/completions";
    throw new ApiError(400, `model: ${expected}, got ${model.id}`, { param: "model", code: "invalid_value" });
  }
  const json = schemaOf(request);
  const limit = request.max_completion_tokens ?? request.max_tokens;
  // A seed gives the same tokens only if the conversation is read in the same portions: from its beginning.
  const usesCache = request.seed == null;
  return answerTexts(
    context,
    {
      model,
      prompts: [messagesOf(request)],
      options: {
        ...generationSettings({ ...request, max_tokens: limit }, generator, parts.maxTokens),
        ...(json !== undefined && { json }),
        ...(request.chat_template_kwargs && { templateVariables: request.chat_template_kwargs }),
        ...(usesCache && { cache }),
      },
      form: chatForm(request.model),
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
    piece: (index, text) => choice(index, { content: text }),
    last: (index, finish) => choice(index, {}, finish),
    whole: (texts) => ({
      ...head,
      object: "chat.completion",
      choices: texts.map((text, index) => ({
        index,
        message: { role: "assistant", content: text.text, refusal: null },
        logprobs: null,
        finish_reason: finishOf(text),
      })),
    }),
  };
}
