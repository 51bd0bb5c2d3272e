import { languageMarker, type Pretrained } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { type EncodedPair, isOfLanguages, seq2seqBatch, targetTokens, writerOf } from "../batches/seq2seqBatch.ts";
import { maxTokensOf, tokenizerOf } from "../batches/textModelOf.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { meanLoss } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { textOf } from "../records/dataRecord.ts";

/** Settings of sequence-to-sequence fine-tuning. */
export interface Seq2SeqSettings {
  /** What is put before each source, a task's name of T5 for one: "summarize: ". Default nothing. */
  readonly prefix?: string | undefined;
  /** The language of sources, of a model whose texts have codes of languages (NLLB, M2M100, mBART): `en`, `eng_Latn`. */
  readonly sourceLanguage?: string | undefined;
  /** The language of targets, likewise. */
  readonly targetLanguage?: string | undefined;
  /** Share of the probability spread over all tokens. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The most tokens of a source and of a target. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
}

/** A text and what is to be written of it. */
export interface TextAndTarget {
  readonly source: string;
  readonly target: string;
}

const NAME = "seq2seq";

/** Fine-tuning of an encoder-decoder: it learns to write the target of each source. */
export const seq2seq: Objective<Seq2SeqSettings, TextAndTarget, EncodedPair, EncodedPair> = {
  name: NAME,
  summary: "Teach a T5, a BART or their like to write one text of another.",
  record: '{"source", "target"}',
  modelTask: "seq2seqLM",
  fields: ["source", "target"],
  read: (record) => ({ source: textOf(record, "source"), target: textOf(record, "target") }),
  initialize: () => ({}),
  encoder(pretrained, { prefix = "", maxTokens, sourceLanguage, targetLanguage }, onTruncated) {
    const { source: from, target: to } = tokenizerOf(NAME, pretrained, "seq2seqLM").sides;
    const [inSource, inTarget] = markersOf(pretrained, sourceLanguage, targetLanguage);
    const maxLength = maxTokensOf(pretrained, maxTokens);
    const encode = (tokenizer: typeof from, text: string) => {
      const whole = tokenizer.encode(text, { truncation: false, padding: false }).ids;
      if (whole.length <= maxLength) return whole;
      onTruncated?.();
      return tokenizer.encode(text, { truncation: { maxLength, direction: "right" }, padding: false }).ids;
    };
    return ({ source, target }) => [
      { source: inSource(encode(from, prefix + source)), target: inTarget(encode(to, target)) },
    ];
  },
  createTask(pretrained, options, { labelSmoothing = 0 }) {
    const model = writerOf(NAME, pretrained);
    const batch = (rows: readonly EncodedPair[]) => seq2seqBatch(rows, model);
    const loss = (rows: readonly EncodedPair[], pass = {}) => tf.tidy(() => model.loss(batch(rows), pass));
    return exampleTask(
      {
        params: options.params ?? trainedParameters(model),
        unit: "target tokens",
        metrics: { loss: "min", perplexity: "min" },
        rowOf: (example) => example,
        weightOf: targetTokens,
        ...(labelSmoothing === 0 && { batch }), // a teacher says itself how sure to be
        loss: (rows, pass) => loss(rows, { ...pass, labelSmoothing }),
        validate: async (batches, signal) => {
          const mean = await meanLoss(batches, loss, targetTokens, signal);
          return { loss: mean, perplexity: Math.exp(mean) };
        },
      },
      options,
    );
  },
};

type Marker = (ids: readonly number[]) => readonly number[];

/** What puts the codes of the languages beside sources and targets. @throws RangeError for one too few, or too many */
function markersOf(pretrained: Pretrained, source?: string, target?: string): readonly [Marker, Marker] {
  const { name, modelType } = pretrained;
  const { sides } = tokenizerOf(NAME, pretrained, "seq2seqLM");
  if (!isOfLanguages(pretrained)) {
    if ((source ?? target) === undefined) return [(ids) => ids, (ids) => ids];
    throw new RangeError(
      `${name}: ${NAME} expected no sourceLanguage and no targetLanguage of a ${modelType}, got some`,
    );
  }
  const marker = (field: string, tokenizer: Tokenizer, language: string | undefined) => {
    if (language !== undefined) return languageMarker(tokenizer, language);
    throw new RangeError(`${name}: ${NAME} expected a ${field} for a ${modelType}, got none`);
  };
  return [marker("sourceLanguage", sides.source, source), marker("targetLanguage", sides.target, target)];
}
