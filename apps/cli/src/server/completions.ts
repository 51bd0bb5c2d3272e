import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { z } from "zod";
import { type AnswerForm, answerTexts, type ServerParts } from "./answers.ts";
import { generationSettings } from "./generationSettings.ts";
import { GENERATION_FIELDS, requestBody, unchanged } from "./requestBody.ts";
import { servedModel } from "./servedModels.ts";

const COMPLETION_REQUEST = z.strictObject({
  ...GENERATION_FIELDS,
  prompt: z.union([z.string(), z.array(z.string()).min(1).max(64)], { error: "expected a text or a list of texts" }),
  suffix: unchanged(""),
  echo: unchanged(false),
  best_of: unchanged(1),
  logprobs: unchanged(),
});

/** `POST /v1/completions`. */
export async function completions(context: Context, parts: ServerParts): Promise<Response> {
  const request = await requestBody(context, COMPLETION_REQUEST);
  const model = servedModel(parts.models, request.model, "generator");
  return answerTexts(
    context,
    {
      model,
      prompts: [request.prompt].flat(),
      options: generationSettings(request, model.generator.generator, parts.maxTokens),
      form: completionForm(request.model),
      isStream: request.stream ?? false,
      tellsUsage: request.stream_options?.include_usage ?? false,
    },
    parts,
  );
}

function completionForm(model: string): AnswerForm {
  const event = {
    ...{ id: `cmpl-${randomUUID()}`, object: "text_completion", created: Math.floor(Date.now() / 1000), model },
  };
  const choice = (index: number, text: string, finish: string | null = null) => {
    return { index, text, logprobs: null, finish_reason: finish };
  };
  return {
    event,
    first: () => undefined,
    text: (index, text) => choice(index, text),
    last: (index, finish) => choice(index, "", finish),
    whole: (answers) => ({ ...event, choices: answers.map(({ text, finish }, index) => choice(index, text, finish)) }),
  };
}
