import type { GenerationOptions, GenerativeModel } from "./options.ts";
import { checkSources } from "./sourceChecks.ts";

/**
 * The first ids of each sequence: those that an encoder-decoder's output begins with, of a decoder-only model the source itself.
 *
 * @throws RangeError for `decoderInputIds` of a decoder-only model, of other lengths or numbers than there are sources, or no ids
 */
export function begunOutputs(
  who: string,
  model: GenerativeModel,
  sourceIds: readonly (readonly number[])[],
  { decoderInputIds, decoderStartTokenId }: GenerationOptions,
): readonly (readonly number[])[] {
  if (!("encode" in model)) {
    if (decoderInputIds === undefined) return sourceIds;
    throw new RangeError(
      `${who}: expected decoderInputIds for an encoder-decoder alone, whose output is another text than its source`,
    );
  }
  const start = decoderStartTokenId ?? model.generation.decoderStartTokenId;
  if (decoderInputIds === undefined) return sourceIds.map(() => [start]);
  checkSources(`${who}: decoderInputIds`, decoderInputIds, undefined, model.generation.vocabSize);
  const lengths = decoderInputIds.map(({ length }) => length);
  if (lengths.length !== sourceIds.length || lengths.some((length) => length !== lengths[0])) {
    throw new RangeError(
      `${who}: expected decoderInputIds of one length for ${sourceIds.length} sources, got [${lengths.join(", ")}]`,
    );
  }
  const begins = decoderInputIds.some(([first]) => first === start);
  return decoderInputIds.map((ids) => (begins ? ids : [start, ...ids]));
}
