import type { ChatMessage } from "@qkv/pretrained";
import * as tf from "@tensorflow/tfjs-core";
import { answerBatch, type Answered, answerEncoder, causalModelOf, learnedTokens } from "../batches/answers.ts";
import { maxTokensOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
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
      const row =
        "messages" in raw
          ? await encoder.chat(raw.messages)
          : "text" in raw
            ? encoder.text(raw.text)
            : await encoder.answer(raw.prompt, raw.completion);
      if (row.ids.length <= most) return [row];
      onTruncated?.();
      return [];
    };
  },
  createTask(pretrained, options) {
    const model = causalModelOf(NAME, pretrained);
    const loss = (rows: readonly Answered[], pass = {}) => tf.tidy(() => model.loss(answerBatch(rows), pass));
    return exampleTask(
      {
        params: options.params ?? trainedParameters(model),
        unit: "tokens",
        metrics: { loss: "min", perplexity: "min" },
        rowOf: (example) => example,
        weightOf: learnedTokens,
        loss,
        validate: async (batches, signal) => {
          const mean = await meanLoss(batches, loss, learnedTokens, signal);
          return { loss: mean, perplexity: Math.exp(mean) };
        },
      },
      options,
    );
  },
};
