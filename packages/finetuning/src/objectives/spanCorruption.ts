import { corruptSpans, spanCorruptionLengths } from "@qkv/training";
import type { Tokenizer } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { type EncodedPair, seq2seqBatch, seq2seqModelOf, targetTokens } from "../batches/seq2seqBatch.ts";
import { maxTokensOf, tokenizerOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { textOf } from "../records/dataRecord.ts";

/** Settings of span corruption. */
export interface SpanCorruptionSettings {
  /** The share of tokens that is hidden. Default 0.15. */
  readonly density?: number | undefined;
  /** The mean number of tokens of a span. Default 3. */
  readonly meanSpanLength?: number | undefined;
  /** The most tokens of the inputs: texts are cut so that they fill it. Default 512. */
  readonly maxTokens?: number | undefined;
  /** Whether all weights start anew, from the folder's config alone. Default false. */
  readonly fromScratch?: boolean | undefined;
  /** New values follow from it. Default 0. */
  readonly seed?: number | undefined;
}

const NAME = "span-corruption";

/** Span corruption (T5): spans are taken out of a text and are to be written; others in each epoch. */
export const spanCorruption: Objective<SpanCorruptionSettings, string, readonly number[], EncodedPair> = {
  name: NAME,
  summary: "Go on with a T5's pre-training on texts of your own: it writes spans that were taken out.",
  record: '{"text"}, or a file of plain text with a text on each line',
  modelTask: "seq2seqLM",
  fields: ["text"],
  read: (record) => textOf(record, "text"),
  initialize: (_, { fromScratch = false, seed = 0 }) => (fromScratch ? { weights: "all", seed } : {}),
  encoder(pretrained, settings) {
    const tokenizer = tokenizerOf(NAME, pretrained, "seq2seqLM");
    seq2seqModelOf(NAME, pretrained);
    sentinelsOf(pretrained.name, tokenizer);
    const { tokensLength } = spanCorruptionLengths(maxTokensOf(pretrained, settings.maxTokens), spansOf(settings));
    return (text) => {
      const { ids } = tokenizer.encode(text, { addSpecialTokens: false, truncation: false, padding: false });
      const parts: (readonly number[])[] = [];
      for (let from = 0; from < ids.length; from += tokensLength) parts.push(ids.slice(from, from + tokensLength));
      const long = parts.filter(({ length }) => length >= 2); // one token has no span in it
      if (long.length === 0) throw new RangeError(`expected text to have at least 2 tokens, got ${ids.length}`);
      return long;
    };
  },
  createTask(pretrained, options, settings) {
    const model = seq2seqModelOf(NAME, pretrained);
    const sentinelIds = sentinelsOf(pretrained.name, tokenizerOf(NAME, pretrained, "seq2seqLM"));
    const endId = [model.generation.eosTokenId].flat()[0] as number;
    const spans = spansOf(settings);
    const batch = (rows: readonly EncodedPair[]) => seq2seqBatch(rows, model);
    const loss = (rows: readonly EncodedPair[], pass = {}) => tf.tidy(() => model.loss(batch(rows), pass));
    return exampleTask<readonly number[], EncodedPair>(
      {
        params: options.params ?? trainedParameters(model),
        unit: "target tokens",
        metrics: { loss: "min", perplexity: "min" },
        rowOf: (ids, random) => {
          const { inputs: source, targets: target } = corruptSpans(ids, { ...spans, random, sentinelIds, endId });
          return { source, target };
        },
        weightOf: targetTokens,
        batch,
        loss,
        validate: async (batches, signal) => {
          const mean = await meanLoss(batches, loss, targetTokens, signal);
          return { loss: mean, perplexity: Math.exp(mean) };
        },
      },
      options,
    );
  },
};

function spansOf({ density = 0.15, meanSpanLength = 3 }: SpanCorruptionSettings): {
  density: number;
  meanSpanLength: number;
} {
  return { density, meanSpanLength };
}

/** The ids of `<extra_id_0>` and so on. @throws RangeError if the vocabulary has none */
function sentinelsOf(name: string, tokenizer: Tokenizer): readonly number[] {
  const ids: number[] = [];
  for (;;) {
    const id = tokenizer.tokenToId(`<extra_id_${ids.length}>`);
    if (id === undefined) break;
    ids.push(id);
  }
  if (ids.length > 0) return ids;
  throw new RangeError(`${name}: ${NAME} expected a vocabulary with <extra_id_0>, got one without`);
}
