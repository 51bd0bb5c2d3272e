import type { Seq2SeqModel } from "../seq2seq.ts";
import type { GeneratedSequence } from "./beamHypotheses.ts";
import { beamSearch } from "./beamSearch.ts";
import { Decoding } from "./decoding.ts";
import { greedySearch, greedySteps } from "./greedy.ts";
import { type GenerationOptions, settingsOf } from "./options.ts";

/**
 * What the model makes of each source: ids and scores as Hugging Face's `generate` gives them, without padding.
 *
 * Sources of different lengths may go together; each gets what it would get alone.
 *
 * @param sourceIds for each source its token ids, end token included
 * @returns for each source `numReturnSequences` sequences, best first
 * @throws RangeError if a source is empty; the signal's reason if it is aborted
 */
export async function generate(
  model: Seq2SeqModel,
  sourceIds: readonly (readonly number[])[],
  options: GenerationOptions = {},
): Promise<GeneratedSequence[][]> {
  const settings = settingsOf(options, model.generation);
  checkSources(sourceIds);
  if (sourceIds.length === 0) return [];
  const decoding = new Decoding(model, sourceIds, options.signal);
  try {
    const search = settings.numBeams > 1 ? beamSearch : greedySearch;
    return await search(decoding, sourceIds.length, settings);
  } finally {
    decoding.dispose();
  }
}

/**
 * The tokens of one source as they are made, without the start and the end token. Greedy search or sampling.
 *
 * Leaving the loop early ends the work; nothing begins before the first token is asked for.
 *
 * @throws RangeError if the source is empty, or more than one beam or sequence is asked for
 */
export async function* generateStream(
  model: Seq2SeqModel,
  sourceIds: readonly number[],
  options: GenerationOptions = {},
): AsyncGenerator<number, void, undefined> {
  const settings = settingsOf(options, model.generation);
  checkSources([sourceIds]);
  if (settings.numBeams > 1 || settings.numReturnSequences > 1) {
    throw new RangeError(
      "generateStream: expected one beam and one sequence, got more: they are known only at the end",
    );
  }
  const decoding = new Decoding(model, [sourceIds], options.signal);
  try {
    const sequence = { ids: [settings.startTokenId], logProbability: 0 };
    for await (const _step of greedySteps(decoding, [sequence], settings)) {
      const token = sequence.ids.at(-1) as number;
      if (!settings.eosTokenIds.includes(token)) yield token;
    }
  } finally {
    decoding.dispose();
  }
}

function checkSources(sourceIds: readonly (readonly number[])[]): void {
  const empty = sourceIds.findIndex((ids) => ids.length === 0);
  if (empty !== -1) throw new RangeError(`generate: expected at least one id in source ${empty}, got none`);
}
