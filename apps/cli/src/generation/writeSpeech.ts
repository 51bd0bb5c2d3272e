import { disposeKeyValues } from "@qkv/attention";
import { tidy } from "@qkv/nn";
import {
  type GeneratedSequence,
  generate,
  type GenerationOptions,
  type WhisperModel,
  withMemory,
} from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors } from "../forward/namedTensors.ts";
import { UsageError } from "../usageError.ts";

/**
 * What a Whisper writes of each spectrogram of a file's `input_features`: ids as Python's `generate` returns them, without the prompt
 * and the end.
 *
 * @throws UsageError for a model that chooses a language first
 */
export async function writeSpeech(
  model: WhisperModel,
  inputs: NamedTensors,
  file: { readonly fields: Readonly<Record<string, unknown>>; readonly path: string },
  settings: GenerationOptions,
): Promise<GeneratedSequence[][]> {
  const features = inputs.features("input_features");
  try {
    inputs.optionalRows("decoder_input_ids"); // what forward takes too
    inputs.expectAllTaken();
    const prompt = [settings.decoderStartTokenId ?? model.generation.decoderStartTokenId, ...promptOf(file)];
    const ends = [settings.eosTokenId ?? model.generation.eosTokenId].flat();
    const written: GeneratedSequence[][] = [];
    for (let row = 0; row < features.shape[0]; row++) {
      const memory = tidy(() => model.encode(tf.slice(features, [row, 0, 0], [1, -1, -1])));
      try {
        const [found = []] = await generate(withMemory(model, memory), [prompt], settings);
        const withoutEnds = (ids: readonly number[]) => ids.slice(prompt.length).filter((id) => !ends.includes(id));
        written.push(found.map(({ ids, ...rest }) => ({ ...rest, ids: withoutEnds(ids) })));
      } finally {
        disposeKeyValues(memory.keyValues);
      }
    }
    return written;
  } finally {
    features.dispose();
  }
}

/** The tokens behind the start: that there are no times, if the model has a token for it. */
function promptOf({
  fields,
  path,
}: {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly path: string;
}): number[] {
  for (const name of ["lang_to_id", "forced_decoder_ids", "language", "task"]) {
    if (fields[name] === undefined || fields[name] === null) continue;
    throw new UsageError(`${path}: expected no ${name}, got one: qkv transcribe reads sound in a language`);
  }
  const id = fields["no_timestamps_token_id"];
  return Number.isSafeInteger(id) ? [id as number] : [];
}
