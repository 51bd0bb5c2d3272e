import type { Pretrained } from "../../loading/pretrained.ts";
import { checkPretrained } from "../../loading/argumentChecks.ts";
import { errorIn, PretrainedError } from "../../files/pretrainedError.ts";
import { parseGenerationOptions, WhisperModel } from "@qkv/transformer";
import { Transcriber } from "./transcriber.ts";
import { whisperTokens } from "./whisperTokens.ts";

/**
 * Makes a transcriber of an opened Whisper, which stays the caller's.
 *
 * @throws PretrainedError if the model writes no speech, or its tokenizer or its `preprocessor_config.json` is missing
 */
export function createTranscriber(pretrained: Pretrained): Transcriber {
  checkPretrained("createTranscriber", pretrained);
  const { name, model, tokenizer, spectrogram, generationConfig, architecture } = pretrained;
  if (!(model instanceof WhisperModel)) {
    throw new PretrainedError(`${name}/config.json: createTranscriber expected a Whisper, got ${architecture}`);
  }
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
