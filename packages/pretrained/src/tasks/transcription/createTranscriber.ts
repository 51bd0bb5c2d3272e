import type { Pretrained } from "../../loading/pretrained.ts";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { errorIn, PretrainedError } from "../../files/pretrainedError.ts";
import { parseGenerationOptions, SpeechCtcModel, WhisperModel } from "@qkv/transformer";
import { CtcTranscriber } from "./ctcTranscriber.ts";
import { Transcriber } from "./transcriber.ts";
import { whisperTokens } from "./whisperTokens.ts";

/**
 * Makes a transcriber of an opened Whisper, wav2vec 2.0 or HuBERT, which stays the caller's.
 *
 * @throws PretrainedError if the model writes no speech, or its tokenizer or its `preprocessor_config.json` is missing
 */
export function createTranscriber<P extends Pretrained>(pretrained: P): TranscriberOf<P> {
  checkPretrained("createTranscriber", pretrained);
  const { name, model, architecture } = pretrained;
  if (model instanceof WhisperModel) return whisperTranscriber(pretrained, model) as TranscriberOf<P>;
  if (model instanceof SpeechCtcModel) return ctcTranscriber(pretrained, model) as TranscriberOf<P>;
  throw new PretrainedError(
    `${name}/config.json: createTranscriber expected a model that writes speech, got ${architecture}`,
  );
}

/** The transcriber of a model. */
export type TranscriberOf<P extends Pretrained> = P["model"] extends WhisperModel
  ? Transcriber
  : P["model"] extends SpeechCtcModel
    ? CtcTranscriber
    : Transcriber | CtcTranscriber;

function ctcTranscriber({ name, ctcVocabulary, waveform }: Pretrained, model: SpeechCtcModel): CtcTranscriber {
  const missing = ctcVocabulary === undefined ? "vocab.json" : "preprocessor_config.json";
  if (ctcVocabulary === undefined || waveform === undefined) {
    throw new PretrainedError(`${name}/${missing}: expected a file, got nothing`);
  }
  const { padTokenId } = model.config;
  if (ctcVocabulary.tokens.get(padTokenId) !== ctcVocabulary.blank) {
    throw new PretrainedError(
      `${name}/vocab.json: expected ${ctcVocabulary.blank} to have the id ${padTokenId} of config.json's pad_token_id, got ${ctcVocabulary.tokens.get(padTokenId)}`,
    );
  }
  return new CtcTranscriber({ model, vocabulary: ctcVocabulary, waveform });
}

function whisperTranscriber(pretrained: Pretrained, model: WhisperModel): Transcriber {
  const { name, tokenizer, spectrogram, generationConfig } = pretrained;
  const missing =
    tokenizer === undefined ? "tokenizer.json" : spectrogram === undefined ? "preprocessor_config.json" : "";
  if (tokenizer === undefined || spectrogram === undefined) {
    throw new PretrainedError(`${name}/${missing}: expected a file, got nothing`);
  }
  if (spectrogram.numMelBins !== model.config.numMelBins) {
    throw new PretrainedError(
      `${name}/preprocessor_config.json: expected feature_size to be ${model.config.numMelBins}, got ${spectrogram.numMelBins}`,
    );
  }
  const path = `${name}/generation_config.json`;
  const tokens = whisperTokens(name, tokenizer, generationConfig, model);
  try {
    const generation = parseGenerationOptions({}, { fields: { ...generationConfig, do_sample: false }, path });
    return new Transcriber({ model, tokenizer, spectrogram, tokens, generation });
  } catch (error) {
    throw errorIn(path, error);
  }
}
