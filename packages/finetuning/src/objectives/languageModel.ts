import { packDocuments, type PackedRow } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { answerEncoder, causalModelOf } from "../batches/answers.ts";
import { padded } from "../batches/encodedText.ts";
import { maxTokensOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { textOf } from "../records/dataRecord.ts";

/** Settings of causal language modelling. */
export interface LanguageModelSettings {
  /** The tokens of each row that documents are packed into. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
  /** Whether all weights start anew, from the folder's config alone. Default false. */
  readonly fromScratch?: boolean | undefined;
  /** New values follow from it. Default 0. */
  readonly seed?: number | undefined;
}

const NAME = "language-model";

/** Causal language modelling: documents, each with an end, are joined and cut into rows of one length. */
export const languageModel: Objective<LanguageModelSettings, string, readonly number[], PackedRow> = {
  name: NAME,
  summary: "Go on with a language model's pre-training on documents of your own.",
  record: '{"text"}, or a file of plain text with a document on each line',
  modelTask: "causalLM",
  fields: ["text"],
  read: (record) => textOf(record, "text"),
  initialize: (_, { fromScratch = false, seed = 0 }) => (fromScratch ? { weights: "all", seed } : {}),
  encoder(pretrained) {
    const { tokenizer, end } = answerEncoder(NAME, pretrained);
    if (end === undefined) {
      throw new RangeError(
        `${pretrained.name}: ${NAME} expected a model with an eos_token_id, which ends a document, got one without`,
      );
    }
    return (text) => {
      const { ids } = tokenizer.encode(text, { truncation: false, padding: false });
      const isEnded = ids.at(-1) === end; // packing adds one
      const own = isEnded ? ids.slice(0, -1) : ids;
      if (own.length === 0) throw new RangeError("expected text to have tokens, got none");
      return [own];
    };
  },
  createTask(pretrained, options, { maxTokens }) {
    const model = causalModelOf(NAME, pretrained);
    const { end = 0 } = answerEncoder(NAME, pretrained);
    const length = maxTokensOf(pretrained, maxTokens);
    const pack = (documents: readonly (readonly number[])[], use: string) => {
      const rows = [...packDocuments(documents, { length, endId: end })];
      if (rows.length > 0) return rows;
      const tokens = documents.reduce((sum, ids) => sum + ids.length + 1, 0);
      throw new RangeError(`expected more than maxTokens (${length}) tokens ${use}, got ${tokens}`);
    };
    const batch = (rows: readonly PackedRow[]) => {
      const [ids, labels] = [rows.map((row) => row.ids), rows.map((row) => row.labels)];
      return { ids: padded(ids, end), labels: padded(labels, end) };
    };
    const loss = (rows: readonly PackedRow[], pass = {}) => tf.tidy(() => model.loss(batch(rows), pass));
    const weightOf = () => length;
    return exampleTask(
      {
        params: options.params ?? trainedParameters(model),
        unit: "tokens",
        metrics: { loss: "min", perplexity: "min" },
        rowOf: (row) => row,
        weightOf,
        batch,
        loss,
        validate: async (batches, signal) => {
          const mean = await meanLoss(batches, loss, weightOf, signal);
          return { loss: mean, perplexity: Math.exp(mean) };
        },
      },
      {
        ...options,
        training: pack(options.training, "to train on"),
        validation: pack(options.validation, "for validation"),
      },
    );
  },
};
