import type { RandomStream } from "@qkv/nn";
import type { TokenIdLogits } from "@qkv/pretrained";
import { maskTokens } from "@qkv/training";
import type { Tokenizer } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { type EncodedText, IGNORED, padded, textBatch } from "../batches/encodedText.ts";
import { maxTokensOf, paddable, tokenizerOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { textOf } from "../records/dataRecord.ts";

/** Settings of masked language modelling. */
export interface MaskedLanguageModelSettings {
  /** The share of words that are hidden. Default 0.15. */
  readonly maskRate?: number | undefined;
  /** Whether all tokens of a word are hidden together. Default false. */
  readonly wholeWords?: boolean | undefined;
  /** The most tokens of a text: a longer one is cut into several. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
  /** Whether all weights start anew, from the folder's config alone. Default false. */
  readonly fromScratch?: boolean | undefined;
  /** New values follow from it. Default 0. */
  readonly seed?: number | undefined;
}

/** A text with the word of each token. */
export interface EncodedWords extends EncodedText {
  readonly words: readonly (number | null)[];
}

/** A text some of whose tokens are hidden. */
export interface MaskedText extends EncodedText {
  /** What was hidden, -100 elsewhere. */
  readonly labels: Int32Array;
}

const NAME = "masked-language-model";

/** Masked language modelling (BERT): hidden tokens are to be restored; others are hidden in each epoch. */
export const maskedLanguageModel: Objective<MaskedLanguageModelSettings, string, EncodedWords, MaskedText> = {
  name: NAME,
  summary: "Go on with a model's pre-training on texts of your own: it restores hidden words.",
  record: '{"text"}, or a file of plain text with a text on each line',
  modelTask: "maskedLM",
  fields: ["text"],
  read: (record) => textOf(record, "text"),
  initialize: (_, { fromScratch = false, seed = 0 }) => ({
    task: "maskedLM",
    weights: fromScratch ? "all" : "head",
    seed,
  }),
  encoder(pretrained, { maxTokens }) {
    const tokenizer = tokenizerOf(NAME, pretrained, "maskedLM");
    maskIdOf(pretrained.name, tokenizer);
    const maxLength = maxTokensOf(pretrained, maxTokens);
    return (text) => {
      const first = tokenizer.encode(text, {
        truncation: { maxLength, direction: "right", stride: 0 },
        padding: false,
      });
      const parts = [first, ...first.overflow].map(({ ids, typeIds, wordIds, specialTokensMask }) => ({
        ids,
        typeIds,
        words: wordIds.map((word, i) => (specialTokensMask[i] === 1 ? null : (word ?? null))),
      }));
      const isWorth = ({ words }: EncodedWords) => words.some((word) => word !== null);
      if (!parts.some(isWorth)) throw new RangeError("expected text to have tokens, got none");
      return parts.filter(isWorth);
    };
  },
  createTask(pretrained, options, { maskRate: rate = 0.15, wholeWords = false }) {
    const model = paddable<TokenIdLogits>(pretrained, options.batchSize);
    const tokenizer = tokenizerOf(NAME, pretrained, "maskedLM");
    const vocabulary = {
      maskId: maskIdOf(pretrained.name, tokenizer),
      vocabSize: tokenizer.vocabSize,
      specialIds: specialIdsOf(tokenizer),
    };
    const isSpecial = new Set(vocabulary.specialIds);
    const mask = (example: EncodedWords, random: RandomStream): MaskedText => {
      const { ids, typeIds, words } = example;
      const hides = ids.some((id) => !isSpecial.has(id));
      for (;;) {
        const masked = maskTokens(ids, { ...vocabulary, random, rate, ...(wholeWords && { words }) });
        if (!hides || weightOf(masked) > 0) return { ids: masked.ids, typeIds, labels: masked.labels };
      }
    };
    const batch = (rows: readonly MaskedText[]) => {
      const labels = rows.map((row) => row.labels);
      return { ...textBatch(rows, model), labels: padded(labels, IGNORED) };
    };
    const loss = (rows: readonly MaskedText[], pass = {}) => tf.tidy(() => model.loss(batch(rows), pass));
    return exampleTask<EncodedWords, MaskedText>(
      {
        params: options.params ?? trainedParameters(model),
        unit: "hidden tokens",
        metrics: { loss: "min", perplexity: "min" },
        rowOf: mask,
        weightOf,
        batch,
        loss,
        validate: async (batches, signal) => {
          const mean = await meanLoss<MaskedText>(batches, loss, weightOf, signal);
          return { loss: mean, perplexity: Math.exp(mean) };
        },
      },
      options,
    );
  },
};

function weightOf({ labels }: Pick<MaskedText, "labels">): number {
  return labels.reduce((count, label) => count + Number(label !== IGNORED), 0);
}

const MASKS = ["[MASK]", "<mask>"];

function maskIdOf(name: string, tokenizer: Tokenizer): number {
  const id = MASKS.map((token) => tokenizer.tokenToId(token)).find((each) => each !== undefined);
  if (id !== undefined) return id;
  throw new RangeError(`${name}: ${NAME} expected a vocabulary with ${MASKS.join(" or ")}, got one without`);
}

function specialIdsOf(tokenizer: Tokenizer): readonly number[] {
  const { added_tokens: added = [] } = tokenizer.toJSON();
  return added.filter(({ special }) => special === true).map(({ id }) => id);
}
