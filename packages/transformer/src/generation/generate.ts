import { type GeneratedSequence, scoreOf } from "./beamHypotheses.ts";
import { beamSearch } from "./beamSearch.ts";
import { checkProcessors } from "./customProcessors.ts";
import { Decoding } from "./decoding.ts";
import { begunOutputs } from "./begunOutputs.ts";
import { begunSources } from "./begunSources.ts";
import { greedySearch, greedySteps } from "./greedy.ts";
import { DEFAULT_MEMORY_LIMIT } from "./memoryLimit.ts";
import { checkOptionNames } from "./optionNames.ts";
import { checkCache } from "./reusedCache.ts";
import { type GenerationOptions, type GenerativeModel, resolveOptions } from "./options.ts";
import { checkModel, checkSources } from "./sourceChecks.ts";
import { isSpeculative, speculativeDecoding } from "./speculative.ts";

/**
 * Generates sequences for each source: ids and scores as Hugging Face's `generate` gives them, without padding. An
 * encoder-decoder generates a new text, a decoder-only model continues the source, which is the prompt.
 *
 * Sources of different lengths may go together; each gets the result that it would get alone. With `attentionMask` they
 * are rows of a padded batch, and each gets Python's result in that batch; prompts come back with their padding.
 *
 * With `cache` a conversation goes on: of a prompt that begins with what the cache has read, only the rest is read.
 *
 * @param sourceIds for each source its token ids, end token included where an encoder expects one; an empty prompt begins with the
 *   model's `bosTokenId`, as in Hugging Face's
 * @returns for each source `numReturnSequences` sequences, best first
 * @throws RangeError if a source is empty, and there is nothing to begin with; the signal's reason if it is aborted
 */
export async function generate(
  model: GenerativeModel,
  sourceIds: readonly (readonly number[])[],
  options: GenerationOptions = {},
): Promise<GeneratedSequence[][]> {
  checkModel("generate", model);
  const begun = begunSources("generate", model, sourceIds);
  checkOptionNames("generate", options);
  checkProcessors("generate", options.logitsProcessors);
  checkSources("generate", begun, options.attentionMask, model.generation.vocabSize);
  checkCache("generate", options.cache, "encode" in model ? [] : begun, options.cacheDtype);
  const speculates = isSpeculative("generate", model, options);
  if (!speculates && ("encode" in model || options.attentionMask)) return search(model, begun, options);
  const found: GeneratedSequence[][] = [];
  for (const places of speculates ? begun.map((_, i) => [i]) : placesByLength(begun)) {
    const sources = places.map((place) => begun[place] ?? []);
    const group = await search(model, sources, optionsAt(places, options));
    for (const [i, place] of places.entries()) found[place] = group[i] ?? [];
  }
  return found;
}

/**
 * Yields the tokens of one source as they are generated, without the start token or the prompt, and without the end
 * token. Greedy search or sampling.
 *
 * Leaving the loop early ends the generation, which starts when the first token is requested.
 *
 * @returns after the last token, the whole sequence and its score, as {@link generate} gives them
 * @throws RangeError if the source is empty and there is nothing to begin with, or more than one beam or sequence is requested
 */
export async function* generateStream(
  model: GenerativeModel,
  given: readonly number[],
  options: GenerationOptions = {},
): AsyncGenerator<number, GeneratedSequence, undefined> {
  checkModel("generateStream", model);
  const [sourceIds = given] = begunSources("generateStream", model, [given]);
  checkOptionNames("generateStream", options);
  const speculates = isSpeculative("generateStream", model, options);
  checkProcessors("generateStream", options.logitsProcessors);
  checkSources("generateStream", [sourceIds], options.attentionMask, model.generation.vocabSize);
  checkCache("generateStream", options.cache, [], options.cacheDtype);
  const [prompt = []] = begunOutputs("generateStream", model, [sourceIds], options);
  const settings = resolveOptions(options, model, prompt.length, [sourceIds]);
  if (settings.numBeams > 1 || settings.numReturnSequences > 1) {
    throw new RangeError(
      "generateStream: expected one beam and one sequence, got more: they are known only at the end",
    );
  }
  const decoding = new Decoding(model, [sourceIds], { memoryLimit: DEFAULT_MEMORY_LIMIT, ...options });
  const proposed = speculates ? speculativeDecoding(decoding, model, options, settings) : undefined;
  try {
    const sequence = { ids: [...prompt], logProbability: 0 };
    for await (const _step of greedySteps(proposed ?? decoding, [sequence], settings)) {
      const token = sequence.ids.at(-1) as number;
      if (!settings.eosTokenIds.includes(token)) yield token;
    }
    const { ids, logProbability } = sequence;
    return { ids, score: scoreOf(logProbability, ids.length - prompt.length, settings.lengthPenalty) };
  } finally {
    proposed?.dispose();
    decoding.dispose();
  }
}

async function search(
  model: GenerativeModel,
  sourceIds: readonly (readonly number[])[],
  options: GenerationOptions,
): Promise<GeneratedSequence[][]> {
  const prompts = begunOutputs("generate", model, sourceIds, options);
  const settings = resolveOptions(options, model, prompts[0]?.length ?? 1, sourceIds);
  if (sourceIds.length === 0) return [];
  const decoding = new Decoding(model, sourceIds, { memoryLimit: DEFAULT_MEMORY_LIMIT, ...options });
  const proposed = isSpeculative("generate", model, options)
    ? speculativeDecoding(decoding, model, options, settings)
    : undefined;
  try {
    if (settings.numBeams > 1) return await beamSearch(decoding, prompts, settings);
    return await greedySearch(proposed ?? decoding, prompts, settings);
  } finally {
    proposed?.dispose();
    decoding.dispose();
  }
}

/** Options for some of the sources, given by their places, whose callbacks get the place among all. */
function optionsAt(
  places: readonly number[],
  { onStep, logitsProcessors, ...options }: GenerationOptions,
): GenerationOptions {
  const placeOf = (source: number) => places[source] ?? source;
  return {
    ...options,
    ...(onStep && {
      onStep: (all) => onStep(all.map(({ source, ids }) => ({ source: placeOf(source), ids }))),
    }),
    ...(logitsProcessors && {
      logitsProcessors: logitsProcessors.map(
        (process) => (scores, ids, source) => process(scores, ids, placeOf(source)),
      ),
    }),
  };
}

/** The places of the prompts of each length: those of one length are decoded as a batch without padding. */
function placesByLength(sourceIds: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  for (const [place, { length }] of sourceIds.entries()) groups.set(length, [...(groups.get(length) ?? []), place]);
  return [...groups.values()];
}
