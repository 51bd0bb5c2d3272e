import { BeamHypotheses, type GeneratedSequence } from "./beamHypotheses.ts";
import type { Decoding, NextToken } from "./decoding.ts";
import { isFinished } from "./greedy.ts";
import { logitsProcessors } from "./logitsProcessors.ts";
import type { GenerationSettings } from "./options.ts";
import { topCandidates } from "./topCandidates.ts";

/** An unfinished sequence (beam), and the row of the decoding that it continues. */
interface Beam {
  readonly row: number;
  readonly ids: readonly number[];
  readonly logProbability: number;
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
  const searches = prompts.map((ids, row) => ({
    source: row,
    finished: new BeamHypotheses(settings),
    beams: [{ row, ids, logProbability: 0 }] as Beam[],
  }));
  let open = searches;
  while (open.length > 0) {
    const next = await decoding.step(open.flatMap(({ beams }) => beams.map(({ ids }) => ids)));
    let row = 0;
    for (const search of open) {
      const own = next.slice(row, (row += search.beams.length));
      const { source } = search;
      const process = (scores: Float32Array, ids: readonly number[]) => {
        for (const each of processors) each(scores, ids, source);
      };
      search.beams = extend(search.beams, own, search.finished, process, settings);
    }
    open = open.filter(({ beams }) => beams.length > 0);
    settings.onStep?.(open.map(({ source, beams }) => ({ source, ids: beams[0]?.ids ?? [] })));
    const beams = open.flatMap((search) => search.beams);
    if (beams.length > 0) decoding.continueFrom(beams.map((beam) => beam.row));
    row = 0;
    for (const search of open) search.beams = search.beams.map((beam) => ({ ...beam, row: row++ }));
  }
  return searches.map(({ finished }) => [...finished.best(settings.numReturnSequences)]);
}

/**
 * Extends the beams by one token; none are left if the search of this source is over. Finished sequences go to
 * `finished`.
 *
 * @param following for each beam, its logits changed in place
 */
function extend(
  beams: readonly Beam[],
  following: readonly NextToken[],
  finished: BeamHypotheses,
  process: (scores: Float32Array, ids: readonly number[]) => void,
  settings: GenerationSettings,
): Beam[] {
  const { numBeams, eosTokenIds } = settings;
  for (const [i, { ids }] of beams.entries()) {
    const { logits: scores, logSumExp } = following[i] as NextToken;
    for (let token = 0; token < scores.length; token++) scores[token] = (scores[token] as number) - logSumExp;
    process(scores, ids);
  }
  // Each beam can end in every end token; this many candidates leave numBeams that continue even so.
  const count = Math.max(2, 1 + eosTokenIds.length) * numBeams;
  const totals = beams.map(({ logProbability }) => logProbability);
  const candidates = topCandidates(
    following.map(({ logits }) => logits),
    totals,
    count,
  );
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
