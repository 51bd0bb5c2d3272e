import type { Pretrained, TokenLogits } from "@qkv/pretrained";
import { crossEntropy } from "@qkv/ops";
import type { Labels } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { type EncodedText, encodedText, IGNORED, padded, textBatch } from "../batches/encodedText.ts";
import { maxTokensOf, paddable, tokenizerOf } from "../batches/textModelOf.ts";
import { labelSetScores } from "../metrics/classScores.ts";
import { entitySpans } from "../metrics/entitySpans.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { valuesOf } from "../objective/meanLoss.ts";
import type { Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { listOf } from "../records/dataRecord.ts";
import { classOf, type GivenLabel, labelsFrom } from "../records/labels.ts";

/** Settings of token classification. */
export interface TokenClassificationSettings {
  /** The tags, `O` among them. Default: those of the data; of a model that has them already, its own. */
  readonly labels?: readonly string[] | undefined;
  /** The most tokens of a text. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
  /** New values of the head follow from it. Default 0. */
  readonly seed?: number | undefined;
}

/** The words of a text, and the tag of each. */
export interface TaggedText {
  readonly tokens: readonly string[];
  readonly tags: readonly GivenLabel[];
}

/** A text with the class of each token: of a word's first, -100 for all others. */
export interface EncodedTags extends EncodedText {
  readonly labels: readonly number[];
}

const NAME = "token-classification";

/** Token classification: a tag of each word, such as named entities or parts of speech. */
export const tokenClassification: Objective<TokenClassificationSettings, TaggedText, EncodedTags, EncodedTags> = {
  name: NAME,
  summary: "Teach a model to tag words: named entities, parts of speech.",
  record: '{"tokens": ["Ada", "wrote"], "tags": ["B-PER", "O"]}, a tag for each word',
  modelTask: "tokenClassification",
  fields: ["tokens", "tags"],
  read(record) {
    const [tokens, tags] = [listOf(record, "tokens").map(String), listOf(record, "tags")];
    if (tokens.length === 0) throw new RangeError("expected tokens to have words, got none");
    if (tokens.length !== tags.length) {
      throw new RangeError(`expected tags of ${tokens.length} tokens, got ${tags.length}`);
    }
    return { tokens, tags };
  },
  initialize: (raws, { labels, seed = 0 }) => ({
    task: "tokenClassification",
    labels: labels ?? labelsFrom(raws.flatMap(({ tags }) => tags)),
    seed,
  }),
  encoder(pretrained, { maxTokens }, onTruncated) {
    const tokenizer = tokenizerOf(NAME, pretrained, "tokenClassification");
    const { labels } = labelsOf(pretrained);
    const maxLength = maxTokensOf(pretrained, maxTokens);
    return ({ tokens, tags }) => {
      const classes = tags.map((tag) => classOf(tag, labels, "tags"));
      const whole = tokenizer.encode(tokens, { truncation: false, padding: false });
      const isLong = whole.length > maxLength;
      if (isLong) onTruncated?.();
      const truncation = { maxLength, direction: "right" } as const;
      const kept = isLong ? tokenizer.encode(tokens, { truncation, padding: false }) : whole;
      const { wordIds, specialTokensMask } = kept;
      const labelAt = (i: number) => {
        const word = wordIds[i];
        const isFirst = word !== undefined && specialTokensMask[i] === 0 && word !== wordIds[i - 1];
        return isFirst ? (classes[word] ?? IGNORED) : IGNORED;
      };
      const row = { ...encodedText(kept), labels: kept.ids.map((_, i) => labelAt(i)) };
      if (weightOf(row) === 0) throw new RangeError("expected tokens that the tokenizer knows, got none of them");
      return [row];
    };
  },
  createTask(pretrained, options) {
    const model = paddable<TokenLogits>(pretrained, options.batchSize);
    const { labels } = labelsOf(pretrained);
    const batch = (rows: readonly EncodedTags[]) => ({ ...textBatch(rows, model), labels: labelTensor(rows) });
    return exampleTask(
      {
        params: options.params ?? trainedParameters(model),
        unit: "words",
        metrics: { loss: "min", accuracy: "max", f1: "max" },
        rowOf: (example) => example,
        weightOf,
        batch,
        loss: (rows, pass) => tf.tidy(() => model.loss(batch(rows), pass)),
        validate: async (batches, signal) => {
          let [sum, count, right] = [0, 0, 0];
          const [found, wanted]: [ReadonlySet<string>[], ReadonlySet<string>[]] = [[], []];
          for (const batch of batches) {
            signal?.throwIfAborted();
            const values = await valuesOf(() => {
              const { logits } = model.forward(textBatch(batch, model));
              const rows = tf.reshape(logits, [-1, labels.length]);
              const loss = tf.sum(crossEntropy(rows, tf.reshape(labelTensor(batch), [-1]))); // IGNORED rows cost 0
              return tf.concat([tf.cast(tf.argMax(rows, 1), "float32"), tf.reshape(loss, [1])]);
            });
            const length = (values.length - 1) / batch.length;
            sum += values.at(-1) ?? NaN;
            for (const [i, row] of batch.entries()) {
              const places = row.labels.flatMap((label, at) => (label === IGNORED ? [] : [at]));
              const own = places.map((at) => values[i * length + at] as number);
              right += places.filter((at, word) => row.labels[at] === own[word]).length;
              count += places.length;
              found.push(entitySpans(own.map((k) => labels[k] ?? "O")));
              wanted.push(entitySpans(places.map((at) => labels[row.labels[at] as number] ?? "O")));
            }
          }
          return { loss: sum / count, accuracy: right / count, f1: labelSetScores(found, wanted).f1 };
        },
      },
      options,
    );
  },
};

function labelsOf({ config }: Pretrained): Labels {
  return config as unknown as Labels;
}

function weightOf({ labels }: EncodedTags): number {
  return labels.filter((label) => label !== IGNORED).length;
}

function labelTensor(rows: readonly EncodedTags[]): tf.Tensor2D {
  return padded(
    rows.map(({ labels }) => labels),
    IGNORED,
  );
}
