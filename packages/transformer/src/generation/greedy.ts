import { RandomStream } from "@qkv/nn";
import { type GeneratedSequence, scoreOf } from "./beamHypotheses.ts";
import { Decoding, type NextToken } from "./decoding.ts";
import { deviceChoice } from "./deviceChoice.ts";
import { deviceSteps } from "./deviceSteps.ts";
import type { OpenSequence, PartialSequence } from "./partialSequence.ts";
import { logitsProcessors } from "./logitsProcessors.ts";
import type { GenerationSettings } from "./options.ts";
import { sampleToken, argmax } from "./sampling.ts";

/** What greedy search wants of a {@link Decoding}. */
export type StepDecoding = Pick<Decoding, "step" | "continueFrom">;

/**
 * The steps of a device that goes on by itself from here, where it can: a backend that records decoders, a model that describes its
 * own, and settings that choose without what only the CPU computes.
 */
function recordedSteps(
  decoding: StepDecoding,
  open: readonly OpenSequence[],
  settings: GenerationSettings,
): AsyncGenerator<readonly PartialSequence[], void, undefined> | undefined {
  if (!(decoding instanceof Decoding)) return undefined;
  const choice = deviceChoice(settings);
  if (typeof choice === "string") return undefined;
  const { maxLength } = settings;
  const recorded = decoding.record(choice, maxLength);
  if (typeof recorded === "string") return undefined;
  return deviceSteps(decoding, recorded, open, { choice, maxLength, isFinished: (ids) => isFinished(ids, settings) });
}

/**
 * Appends one token after another to `sequences`, the likeliest or a sampled one, and yields those just extended.
 *
 * @param sequences one to each row of `decoding`; they are changed in place
 */
export async function* greedySteps(
  decoding: StepDecoding,
  sequences: readonly PartialSequence[],
  settings: GenerationSettings,
): AsyncGenerator<readonly PartialSequence[], void, undefined> {
  const processors = logitsProcessors(settings);
  const choose = chooser(settings);
  let open = sequences.map((sequence, index) => ({ sequence, index }));
  let isFirst = true;
  while (open.length > 0) {
    const next = await decoding.step(open.map(({ sequence }) => sequence.ids));
    for (const [row, { sequence, index }] of open.entries()) {
      const { logits, logSumExp } = next[row] as NextToken;
      const scores = processors.length > 0 ? logits.slice() : logits;
      const source = Math.floor(index / settings.numReturnSequences);
      for (const process of processors) process(scores, sequence.ids, source);
      const token = choose(scores, index, sequence.ids.length);
      if (token === -1) throw new RangeError("generate: expected a token that may come next, got none");
      sequence.logProbability += (logits[token] as number) - logSumExp;
      sequence.ids.push(token);
    }
    yield open.map(({ sequence }) => sequence);
    const rows = [...open.keys()].filter((row) => !isFinished((open[row] as (typeof open)[0]).sequence.ids, settings));
    open = rows.map((row) => open[row] as (typeof open)[0]);
    if (rows.length === 0) return;
    decoding.continueFrom(rows);
    const device = isFirst ? recordedSteps(decoding, open, settings) : undefined;
    if (device !== undefined) return yield* device;
    isFirst = false;
  }
}

/** Generates the requested number of sequences for each of the `prompts` that `decoding` starts from. */
export async function greedySearch(
  decoding: StepDecoding,
  prompts: readonly (readonly number[])[],
  settings: GenerationSettings,
): Promise<GeneratedSequence[][]> {
  const { numReturnSequences: copies, lengthPenalty, promptLength } = settings;
  const sequences = prompts.flatMap((prompt) =>
    Array.from({ length: copies }, () => ({ ids: [...prompt], logProbability: 0 })),
  );
  decoding.continueFrom(sequences.map((_, i) => Math.floor(i / copies)));
  for await (const grown of greedySteps(decoding, sequences, settings)) {
    settings.onStep?.(
      grown.map((sequence) => ({ source: Math.floor(sequences.indexOf(sequence) / copies), ids: sequence.ids })),
    );
  }
  const generated = sequences.map(({ ids, logProbability }) => ({
    ids,
    score: scoreOf(logProbability, ids.length - promptLength, lengthPenalty),
  }));
  return prompts.map((_, i) => generated.slice(i * copies, (i + 1) * copies).sort((a, b) => b.score - a.score));
}

/** Whether the sequence is finished. */
export function isFinished(ids: readonly number[], { eosTokenIds, maxLength, isStopped }: GenerationSettings): boolean {
  return ids.length >= maxLength || eosTokenIds.includes(ids.at(-1) as number) || isStopped(ids);
}

/** Chooses the next token, from scores that it may change. */
export type Chooser = (scores: Float32Array, sequence: number, place: number) => number;

/**
 * Chooses the next token. Draws depend on the seed, the sequence and the position alone, so that finished sequences do
 * not affect the rest.
 */
export function chooser({ sampling }: GenerationSettings): Chooser {
  if (sampling === null) return argmax;
  const random = new RandomStream(sampling.seed);
  return (scores, sequence, place) => sampleToken(scores, random.fork(sequence).fork(place));
}
