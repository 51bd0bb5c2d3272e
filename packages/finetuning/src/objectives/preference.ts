import type { PassOptions } from "@qkv/nn";
import type { ChatMessage } from "@qkv/pretrained";
import { dpoLoss, sequenceLogProbs } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { answerBatch, type Answered, type AnswerEncoder, answerEncoder, causalModelOf } from "../batches/answers.ts";
import { maxTokensOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { numberOf, valuesOf } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { type DataRecord, textOf } from "../records/dataRecord.ts";

/** Settings of preference optimization. */
export interface PreferenceSettings {
  /** How strongly the model is held to what it was. Default 0.1. */
  readonly beta?: number | undefined;
  /** Share of preferences taken to be wrong, below 0.5. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The most tokens of a prompt with an answer; longer ones are left out. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
}

/** A prompt, or the messages before the answer, and two answers. */
export interface Preference {
  readonly prompt: string | readonly ChatMessage[];
  readonly chosen: string;
  readonly rejected: string;
}

/** Both answers as tokens. */
export interface EncodedPreference {
  readonly chosen: Answered;
  readonly rejected: Answered;
}

/** Both answers, and the log-probabilities that the model gave them before training. */
export interface ReferredPreference extends EncodedPreference {
  readonly reference: { readonly chosen: number; readonly rejected: number };
}

const NAME = "preference";

/** Direct preference optimization: of two answers the model learns to prefer one, held to what it was before. */
export const preference: Objective<PreferenceSettings, Preference, EncodedPreference, ReferredPreference> = {
  name: NAME,
  summary: "Teach a language model which of two answers is the better one (DPO).",
  record: '{"prompt", "chosen", "rejected"}; prompt may be messages of a chat',
  modelTask: "causalLM",
  fields: ["prompt", "chosen", "rejected"],
  read(record) {
    const [chosen, rejected] = [textOf(record, "chosen"), textOf(record, "rejected")];
    if (chosen === rejected) throw new RangeError("expected chosen and rejected to differ, got the same text twice");
    return { prompt: promptOf(record), chosen, rejected };
  },
  initialize: () => ({}),
  encoder(pretrained, { maxTokens }, onTruncated) {
    const encoder = answerEncoder(NAME, pretrained);
    const most = maxTokensOf(pretrained, maxTokens);
    return async ({ prompt, chosen, rejected }) => {
      const row = {
        chosen: await answered(encoder, prompt, chosen),
        rejected: await answered(encoder, prompt, rejected),
      };
      if (row.chosen.ids.length <= most && row.rejected.ids.length <= most) return [row];
      onTruncated?.();
      return [];
    };
  },
  async createTask(pretrained, options, { beta = 0.1, labelSmoothing = 0 }) {
    const model = causalModelOf(NAME, pretrained);
    const logProbs = (rows: readonly Answered[], pass?: PassOptions) => {
      const { labels, ...inputs } = answerBatch(rows);
      return sequenceLogProbs(model.forward(inputs, pass).logits, labels);
    };
    const both = (rows: readonly EncodedPreference[], pass?: PassOptions) => ({
      chosen: logProbs(
        rows.map(({ chosen }) => chosen),
        pass,
      ),
      rejected: logProbs(
        rows.map(({ rejected }) => rejected),
        pass,
      ),
    });
    const referred = async (rows: readonly EncodedPreference[]) => {
      const all: ReferredPreference[] = [];
      for (let from = 0; from < rows.length; from += options.batchSize) {
        const batch = rows.slice(from, from + options.batchSize);
        const values = await valuesOf(() => tf.stack(Object.values(both(batch))));
        for (const [i, row] of batch.entries()) {
          const [chosen, rejected] = [values[i] as number, values[batch.length + i] as number];
          all.push({ ...row, reference: { chosen, rejected } });
        }
      }
      return all;
    };
    const reference = (rows: readonly ReferredPreference[]) => ({
      chosen: tf.tensor1d(rows.map((row) => row.reference.chosen)),
      rejected: tf.tensor1d(rows.map((row) => row.reference.rejected)),
    });
    const loss = (rows: readonly ReferredPreference[], pass?: PassOptions) =>
      tf.tidy(() => dpoLoss(both(rows, pass), reference(rows), { beta, labelSmoothing }));
    return exampleTask<ReferredPreference, ReferredPreference>(
      {
        params: options.params ?? trainedParameters(model),
        unit: "preferences",
        metrics: { loss: "min", accuracy: "max", margin: "max" },
        rowOf: (row) => row,
        weightOf: () => 1,
        loss,
        validate: async (batches, signal) => {
          let [sum, count, right, margins] = [0, 0, 0, 0];
          for (const rows of batches) {
            signal?.throwIfAborted();
            sum += (await numberOf(loss(rows))) * rows.length;
            count += rows.length;
            const values = await valuesOf(() => tf.stack(Object.values(both(rows))));
            for (const [i, row] of rows.entries()) {
              const gained = (values[i] as number) - row.reference.chosen;
              const margin = beta * (gained - ((values[rows.length + i] as number) - row.reference.rejected));
              margins += margin;
              right += Number(margin > 0);
            }
          }
          return { loss: sum / count, accuracy: right / count, margin: margins / count };
        },
      },
      { ...options, training: await referred(options.training), validation: await referred(options.validation) },
    );
  },
};

function promptOf(record: DataRecord): Preference["prompt"] {
  const { prompt } = record;
  return Array.isArray(prompt) ? (prompt as ChatMessage[]) : textOf(record, "prompt");
}

function answered(encoder: AnswerEncoder, prompt: Preference["prompt"], answer: string): Promise<Answered> {
  if (typeof prompt === "string") return encoder.answer(prompt, answer);
  return encoder.chat([...prompt, { role: "assistant", content: answer }]);
}
