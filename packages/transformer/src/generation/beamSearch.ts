import { RandomStream } from "@qkv/nn";
import type { Beam, BeamsOfSource } from "./beam.ts";
import { BeamHypotheses, type GeneratedSequence } from "./beamHypotheses.ts";
import type { Decoding, NextToken } from "./decoding.ts";
import { DeviceBeams } from "./deviceBeams.ts";
import { deviceChoice } from "./deviceChoice.ts";
import { isFinished } from "./greedy.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import { logitsProcessors } from "./logitsProcessors.ts";
import type { GenerationSettings } from "./options.ts";
import { sampledCandidates } from "./sampledCandidates.ts";
import { type Candidate, topCandidates } from "./topCandidates.ts";

/** The search of one source. */
interface Search extends BeamsOfSource {
  readonly finished: BeamHypotheses;
}

/**
 * Finds the best sequences of each of the `prompts` that `decoding` starts from.
 *
 * A source begins with one beam and takes as many as it has continuations; one that is done gives up its rows, so a
 * step only computes unfinished sources.
 */
export async function beamSearch(
  decoding: Decoding,
  prompts: readonly (readonly number[])[],
  settings: GenerationSettings,
): Promise<GeneratedSequence[][]> {
  const processors = logitsProcessors(settings);
  const searches = prompts.map((ids, row): Search => ({
    source: row,
    finished: new BeamHypotheses(settings),
    beams: [{ row, ids, logProbability: 0 }],
  }));
  let open = searches;
  let device: DeviceBeams | undefined;
  let isFirst = true;
  try {
    while (open.length > 0) {
      const found = await (device?.step(open) ?? scoredCandidates(decoding, open, processors, settings));
      for (const [i, search] of open.entries()) search.beams = extend(search, found[i] ?? [], settings);
      open = open.filter(({ beams }) => beams.length > 0);
      settings.onStep?.(open.map(({ source, beams }) => ({ source, ids: beams[0]?.ids ?? [] })));
      if (device !== undefined || open.length === 0) continue;
      decoding.continueFrom(open.flatMap(({ beams }) => beams.map(({ row }) => row)));
      let row = 0;
      for (const search of open) search.beams = search.beams.map((beam) => ({ ...beam, row: row++ }));
      if (isFirst) device = deviceBeams(decoding, open, settings);
      isFirst = false;
    }
  } finally {
    device?.dispose();
  }
  return searches.map(({ finished }) => [...finished.best(settings.numReturnSequences)]);
}

/** Each beam can end in every end token; this many candidates leave numBeams that continue even so. */
function candidateCount({ numBeams, eosTokenIds }: GenerationSettings): number {
  return Math.max(2, 1 + eosTokenIds.length) * numBeams;
}

/** The steps of a device that goes on by itself from here, where it can. */
function deviceBeams(
  decoding: Decoding,
  open: readonly Search[],
  settings: GenerationSettings,
): DeviceBeams | undefined {
  const { numBeams, maxLength } = settings;
  const count = candidateCount(settings);
  if (settings.sampling !== null || count > MOST_CANDIDATES || open.some(({ beams }) => beams.length !== numBeams))
    return undefined;
  const choice = deviceChoice(settings, count);
  if (typeof choice === "string") return undefined;
  const recorded = decoding.record(choice, maxLength);
  return typeof recorded === "string" ? undefined : new DeviceBeams(decoding, recorded, open, { choice, maxLength });
}

// The device reads all logits once for each.
const MOST_CANDIDATES = 32;

/** The best continuations of each source's beams, from logits that are read. */
async function scoredCandidates(
  decoding: Decoding,
  open: readonly Search[],
  processors: readonly LogitsProcessor[],
  settings: GenerationSettings,
): Promise<readonly Candidate[][]> {
  const next = await decoding.step(open.flatMap(({ beams }) => beams.map(({ ids }) => ids)));
  let row = 0;
  return open.map(({ source, beams }) => {
    const own = next.slice(row, (row += beams.length));
    for (const [i, { ids }] of beams.entries()) {
      const { logits: scores, logSumExp } = own[i] as NextToken;
      for (let token = 0; token < scores.length; token++) scores[token] = (scores[token] as number) - logSumExp;
      for (const process of processors) process(scores, ids, source);
    }
    const totals = beams.map(({ logProbability }) => logProbability);
    const scores = own.map(({ logits }) => logits);
    const count = candidateCount(settings);
    if (settings.sampling === null) return topCandidates(scores, totals, count);
    const random = new RandomStream(settings.sampling.seed).fork(source).fork(beams[0]?.ids.length ?? 0);
    return sampledCandidates(scores, totals, count, random);
  });
}

/** Extends the beams of a source by one token; none are left if its search is over. Finished sequences go to `finished`. */
function extend({ beams, finished }: Search, candidates: readonly Candidate[], settings: GenerationSettings): Beam[] {
  const { numBeams } = settings;
  if (candidates.length === 0) throw new RangeError("generate: expected a token that may come next, got none");

  const next: Beam[] = [];
  for (const [rank, { beam, token, logProbability }] of candidates.entries()) {
    const { row, ids: before } = beams[beam] as Beam;
    const ids = [...before, token];
    if (!isFinished(ids, settings)) {
      if (next.length < numBeams) next.push({ row, ids, logProbability });
    } else if (rank < numBeams) {
      finished.add(ids, logProbability); // an end that is not among the best is neither kept nor continued
    }
  }
  const [best] = next;
  return best === undefined || finished.isDone(best.logProbability, best.ids.length - settings.promptLength)
    ? []
    : next;
}
