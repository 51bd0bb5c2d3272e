import { checkRecord } from "@qkv/ops";
import type { ChatMessage } from "@qkv/pretrained";
import type { CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import {
  answerBatch,
  type Answered,
  type AnswerEncoder,
  answerEncoder,
  causalModelOf,
  learnedTokens,
} from "../batches/answers.ts";
import { maxTokensOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss } from "../objective/meanLoss.ts";
import type { FinetuningTask, Objective, TaskOptions } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { textOf } from "../records/dataRecord.ts";

/** Settings of learning from instructions. */
export interface InstructionsSettings {
  /** The most tokens of an example; longer ones are left out. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
}

/** A chat that ends with the answer to learn, a prompt and its answer, or a text. */
export type Instruction =
  | { readonly messages: readonly ChatMessage[] }
  | { readonly prompt: string; readonly completion: string }
  | { readonly text: string };

const NAME = "instructions";

/** Supervised fine-tuning of a language model: answers and completions are learned, of texts everything. */
export const instructions: Objective<InstructionsSettings, Instruction, Answered, Answered> = {
  name: NAME,
  summary: "Teach a language model to answer as in your examples.",
  record: '{"messages": [{"role", "content"}]} that end with an answer, {"prompt", "completion"}, or {"text"}',
  modelTask: "causalLM",
  fields: ["messages", "prompt", "completion", "text"],
  read(record) {
    const { messages } = record;
    if (Array.isArray(messages)) return { messages: messages as ChatMessage[] };
    if (record["prompt"] !== undefined || record["completion"] !== undefined) {
      return { prompt: textOf(record, "prompt"), completion: textOf(record, "completion") };
    }
    if (record["text"] !== undefined) return { text: textOf(record, "text") };
    throw new RangeError('expected "messages", or "prompt" and "completion", or "text", got none of them');
  },
  initialize: () => ({}),
  encoder(pretrained, { maxTokens }, onTruncated) {
    const encoder = answerEncoder(NAME, pretrained);
    const most = maxTokensOf(pretrained, maxTokens);
    return async (raw) => {
      const row = await encodeInstruction(raw, encoder);
      if (row.ids.length <= most) return [row];
      onTruncated?.();
      return [];
    };
  },
  createTask: (pretrained, options) => answersTask(causalModelOf(NAME, pretrained), options),
};

/** Encodes an example: an answer as the model's template has it, or a text. @throws RangeError for an answer without tokens */
export async function encodeInstruction(raw: Instruction, encoder: AnswerEncoder): Promise<Answered> {
  checkRecord("encodeInstruction", "raw", raw);
  checkRecord("encodeInstruction", "encoder", encoder);
  if ("messages" in raw) return encoder.chat(raw.messages);
  return "text" in raw ? encoder.text(raw.text) : encoder.answer(raw.prompt, raw.completion);
}

/** The task of learning answers: cross-entropy of the learned tokens, validated by the same. */
export function answersTask(model: CausalLanguageModel, options: TaskOptions<Answered>): FinetuningTask<Answered> {
  checkRecord("answersTask", "model", model);
  checkRecord("answersTask", "options", options);
  const loss = (rows: readonly Answered[], pass = {}) => tf.tidy(() => model.loss(answerBatch(rows), pass));
  return exampleTask(
    {
      params: options.params ?? trainedParameters(model),
      unit: "tokens",
      metrics: { loss: "min", perplexity: "min" },
      rowOf: (example) => example,
      weightOf: learnedTokens,
      batch: answerBatch,
      loss,
      validate: async (batches, signal) => {
        const mean = await meanLoss(batches, loss, learnedTokens, signal);
        return { loss: mean, perplexity: Math.exp(mean) };
      },
    },
    options,
  );
}
