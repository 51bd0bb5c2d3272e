import { normalizeWaveform, type WaveformConfig } from "@qkv/audio";
import type { PassOptions } from "@qkv/nn";
import { ctcIds, ctcText, type CtcVocabulary, type Pretrained } from "@qkv/pretrained";
import { ctcLoss, type NamedVariables, wordErrorRate } from "@qkv/training";
import type { SpeechCtcModel, WaveformInputs } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { maskOf } from "../../batches/encodedText.ts";
import { type EncodedSpeech, maxSecondsOf, samplesOf, type SpokenText } from "../../batches/sounds.ts";
import { exampleTask } from "../../objective/exampleTask.ts";
import { valuesOf } from "../../objective/meanLoss.ts";
import type { Encoder, FinetuningTask, OnTruncated, TaskOptions } from "../../objective/objective.ts";
import { NAME, type SpeechRecognitionSettings } from "./settings.ts";

/** Encodes clips for a wav2vec 2.0 or a HuBERT. What has no way through the steps of its sound is left out. */
export function ctcEncoder(
  pretrained: Pretrained,
  { maxTokens = Infinity, maxSeconds }: SpeechRecognitionSettings,
  onLeftOut?: OnTruncated,
): Encoder<SpokenText, EncodedSpeech> {
  const { model, vocabulary, waveform } = partsOf(pretrained);
  const longest = maxSecondsOf(pretrained.name, maxSeconds);
  return async ({ audio, text }) => {
    const ids = ctcIds(text, vocabulary);
    const samples = await samplesOf(audio, waveform.sampleRate, longest);
    const steps = samples === undefined ? 0 : model.lengthOf(samples.length);
    if (samples === undefined || stepsFor(ids) > steps || ids.length > maxTokens) {
      onLeftOut?.();
      return [];
    }
    return [{ samples, text, ids, given: 0 }];
  };
}

/** Connectionist temporal classification, reduced as the model's config says. */
export function ctcTask(
  pretrained: Pretrained,
  options: TaskOptions<EncodedSpeech> & { readonly params: NamedVariables },
): FinetuningTask<EncodedSpeech> {
  const { model, vocabulary, waveform } = partsOf(pretrained);
  const { padTokenId: blank, ctcLossReduction, ctcZeroInfinity: zeroInfinity } = model.config;
  const lossOf = (logits: tf.Tensor3D, rows: readonly EncodedSpeech[]): tf.Scalar => {
    // What is not masked counts as sound, as in transformers.
    const lengthOf = ({ samples }: EncodedSpeech) =>
      waveform.masksPadding === true ? model.lengthOf(samples.length) : logits.shape[1];
    const labels = rows.map(({ ids }) => ids);
    const losses = ctcLoss(logits, labels, { lengths: rows.map(lengthOf), blank, zeroInfinity });
    return ctcLossReduction === "sum" ? tf.sum(losses) : tf.mean(tf.div(losses, tf.tensor1d(labels.map(({ length }) => length)))); // prettier-ignore
  };
  const forward = (rows: readonly EncodedSpeech[], pass?: PassOptions) =>
    model.forward(waveformBatch(rows, waveform), pass).logits;
  return exampleTask(
    {
      params: options.params,
      unit: "clips",
      metrics: { loss: "min", wordErrorRate: "min" },
      rowOf: (example) => example,
      weightOf: () => 1,
      loss: (rows, pass) => tf.tidy(() => lossOf(forward(rows, pass), rows)),
      validate: async (batches, signal) => {
        const [heard, said]: [string[], string[]] = [[], []];
        let sum = 0;
        for (const row of batches.flat()) {
          signal?.throwIfAborted();
          // One by one, as it is transcribed: padding changes what a model without a mask hears.
          const values = await valuesOf(() => {
            const logits = forward([row]);
            return tf.concat([tf.cast(tf.reshape(tf.argMax(logits, 2), [-1]), "float32"), tf.reshape(lossOf(logits, [row]), [1])]); // prettier-ignore
          });
          sum += values.at(-1) ?? NaN;
          heard.push(ctcText(values.subarray(0, -1), vocabulary).text);
          said.push(vocabulary.isLowerCase ? row.text.toLowerCase() : row.text);
        }
        return { loss: sum / heard.length, wordErrorRate: wordErrorRate(heard, said).rate };
      },
    },
    options,
  );
}

/**
 * Sounds side by side, padded at their ends with zeros. What is not masked counts as sound where samples are normalised too, as in
 * transformers' feature extractor. The caller disposes of them.
 */
function waveformBatch(
  rows: readonly EncodedSpeech[],
  { normalize, masksPadding = false }: WaveformConfig,
): WaveformInputs {
  const length = rows.reduce((most, { samples }) => Math.max(most, samples.length), 0);
  const normalized = (samples: Float32Array) => (normalize ? normalizeWaveform(samples) : samples);
  const values = new Float32Array(rows.length * length);
  for (const [i, { samples }] of rows.entries()) {
    if (masksPadding) values.set(normalized(samples), i * length);
    else {
      values.set(samples, i * length);
      values.set(normalized(values.subarray(i * length, (i + 1) * length)), i * length);
    }
  }
  const attentionMask = masksPadding ? maskOf(rows.map(({ samples }) => samples)) : undefined;
  return { samples: tf.tensor2d(values, [rows.length, length]), ...(attentionMask && { attentionMask }) };
}

/** The fewest steps that a text fits into: a blank has to be between two tokens that are the same. */
function stepsFor(ids: readonly number[]): number {
  return ids.length + ids.filter((id, i) => id === ids[i - 1]).length;
}

interface CtcParts {
  readonly model: SpeechCtcModel;
  readonly vocabulary: CtcVocabulary;
  readonly waveform: WaveformConfig;
}

/** @throws RangeError if the folder lacks what says of samples or characters, or its blank is another */
function partsOf({ name, model, waveform, ctcVocabulary: vocabulary }: Pretrained): CtcParts {
  const missing = vocabulary === undefined ? "vocab.json" : "preprocessor_config.json";
  if (vocabulary === undefined || waveform === undefined) {
    throw new RangeError(`${name}: ${NAME} expected a model with a ${missing}, got one without`);
  }
  const ctc = model as unknown as SpeechCtcModel;
  const blank = vocabulary.tokens.get(ctc.config.padTokenId);
  if (blank !== vocabulary.blank) {
    throw new RangeError(
      `${name}/vocab.json: expected ${vocabulary.blank} to have the id ${ctc.config.padTokenId} of pad_token_id, got ${blank}`,
    );
  }
  return { model: ctc, vocabulary, waveform };
}
