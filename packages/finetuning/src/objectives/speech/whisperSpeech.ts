import { LogMel, type SpectrogramConfig } from "@qkv/audio";
import type { PassOptions } from "@qkv/nn";
import { createTranscriber, type Pretrained, type PromptOptions, transcriptionPrompt } from "@qkv/pretrained";
import type { NamedVariables } from "@qkv/training";
import { wordErrorRate } from "@qkv/training";
import type { SpeechInputs, WhisperModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { answerBatch, learnedTokens } from "../../batches/answers.ts";
import { type EncodedSpeech, maxSecondsOf, samplesOf, type SpokenText } from "../../batches/sounds.ts";
import { maxTokensOf, tokenizerOf } from "../../batches/textModelOf.ts";
import { exampleTask } from "../../objective/exampleTask.ts";
import { meanLoss } from "../../objective/meanLoss.ts";
import type { Encoder, FinetuningTask, OnTruncated, TaskOptions } from "../../objective/objective.ts";
import { NAME, type SpeechRecognitionSettings } from "./settings.ts";

/** Encodes clips for a Whisper: the prompt of its language and task, the text, and its end. */
export function whisperEncoder(
  pretrained: Pretrained,
  { maxTokens, maxSeconds, ...settings }: SpeechRecognitionSettings,
  onLeftOut?: OnTruncated,
): Encoder<SpokenText, EncodedSpeech> {
  const tokenizer = tokenizerOf(NAME, pretrained, "speechSeq2seq");
  const { sampleRate, chunkSeconds } = spectrogramOf(pretrained);
  const prompt = transcriptionPrompt(pretrained, promptOptions(settings));
  const end = [modelOf(pretrained).generation.eosTokenId].flat().slice(0, 1) as number[];
  const maxLength = maxTokensOf(pretrained, maxTokens);
  const longest = maxSecondsOf(pretrained.name, maxSeconds, chunkSeconds);
  return async ({ audio, text }) => {
    const written = tokenizer.encode(text, { addSpecialTokens: false, truncation: false, padding: false }).ids;
    if (written.length === 0) throw new RangeError("expected text to have tokens, got none");
    const samples = await samplesOf(audio, sampleRate, longest);
    const ids = [...prompt, ...written, ...end];
    if (samples === undefined || ids.length - 1 > maxLength) {
      onLeftOut?.();
      return [];
    }
    return [{ samples, text, ids, given: prompt.length }];
  };
}

/** Teacher forcing: the decoder reads prompt and text, and learns each token of the text and its end. */
export function whisperTask(
  pretrained: Pretrained,
  options: TaskOptions<EncodedSpeech> & { readonly params: NamedVariables },
  { labelSmoothing = 0, ...settings }: SpeechRecognitionSettings,
): FinetuningTask<EncodedSpeech> {
  const model = modelOf(pretrained);
  const logMel = new LogMel(spectrogramOf(pretrained));
  const transcriber = createTranscriber(pretrained as Pretrained & { readonly model: WhisperModel });
  const { sampleRate } = logMel.config;
  const asked = { ...promptOptions(settings), timestamps: false, temperatures: [0], numBeams: 1, noSpeechThreshold: 1 };
  const loss = (rows: readonly EncodedSpeech[], pass: PassOptions = {}, smoothing = 0) =>
    tf.tidy(() => model.loss(speechBatch(rows, logMel), { ...pass, labelSmoothing: smoothing }));
  return exampleTask<EncodedSpeech, EncodedSpeech>(
    {
      params: options.params,
      unit: "target tokens",
      metrics: { loss: "min", wordErrorRate: "min" },
      rowOf: (example) => example,
      weightOf: learnedTokens,
      loss: (rows, pass) => loss(rows, pass, labelSmoothing),
      validate: async (batches, signal) => {
        const mean = await meanLoss(batches, (rows) => loss(rows), learnedTokens, signal);
        const rows = batches.flat();
        const heard: string[] = [];
        for (const { samples } of rows) {
          const sound = { channels: [samples], sampleRate };
          const { text } = await transcriber.transcribe(sound, { ...asked, ...(signal && { signal }) });
          heard.push(text);
        }
        const said = rows.map(({ text }) => text);
        return { loss: mean, wordErrorRate: wordErrorRate(heard, said).rate };
      },
    },
    options,
  );
}

/** Spectrograms, made of samples for each batch, and texts. The caller disposes of them. */
function speechBatch(rows: readonly EncodedSpeech[], logMel: LogMel): SpeechInputs & { readonly labels: tf.Tensor2D } {
  const { ids: decoderIds, labels } = answerBatch(rows);
  const spectrograms = rows.map(({ samples }) => logMel.spectrogram(samples));
  const [{ numMelBins, frames } = { numMelBins: 0, frames: 0 }] = spectrograms;
  const values = new Float32Array(rows.length * numMelBins * frames);
  for (const [i, { data }] of spectrograms.entries()) values.set(data, i * data.length);
  return { features: tf.tensor3d(values, [rows.length, numMelBins, frames]), decoderIds, labels };
}

function modelOf({ model }: Pretrained): WhisperModel {
  return model as unknown as WhisperModel;
}

function promptOptions({ language, task }: SpeechRecognitionSettings): PromptOptions {
  return { ...(language !== undefined && { language }), ...(task !== undefined && { task }) };
}

/** @throws RangeError if the folder says nothing of spectrograms, or of others than the model reads */
function spectrogramOf(pretrained: Pretrained): SpectrogramConfig {
  const { name, spectrogram } = pretrained;
  const { numMelBins, maxSourcePositions } = modelOf(pretrained).config;
  if (spectrogram === undefined) {
    throw new RangeError(`${name}: ${NAME} expected a model with a preprocessor_config.json, got one without`);
  }
  const frames = Math.floor((spectrogram.chunkSeconds * spectrogram.sampleRate) / spectrogram.hopLength);
  if (spectrogram.numMelBins !== numMelBins || frames !== 2 * maxSourcePositions) {
    const [expected, got] = [
      `${numMelBins} bands of ${2 * maxSourcePositions}`,
      `${spectrogram.numMelBins} of ${frames}`,
    ];
    throw new RangeError(`${name}/preprocessor_config.json: expected spectrograms of ${expected} frames, got ${got}`);
  }
  return spectrogram;
}
