import type { LogitsProcessor } from "@qkv/transformer";
import type { VerbatimCopies } from "./verbatimCopies.ts";

/** A sequence of a search: its score is its log-probability by token. */
interface Scored {
  readonly ids: readonly number[];
  readonly score: number;
}

/** The most wrong copies of a sentence that are corrected. */
const MOST_ROUNDS = 3;

/** By how many nats a translation with a name as in the source may be less likely than one with another word in its place. */
const NAME_MARGIN = 1;

/**
 * Searches again for the translations, best first, of sources whose best has copied something wrong: from what stands before it and
 * the right copy. A name is only corrected where that costs little, since the target language may have another for it.
 *
 * @param search finds the translations of the sources with these indices, with a processor beside its own
 */
export async function correctCopies<T extends Scored>(
  found: readonly (readonly T[])[],
  sources: readonly string[],
  copies: VerbatimCopies,
  search: (indices: readonly number[], process: LogitsProcessor) => Promise<readonly (readonly T[])[]>,
): Promise<T[][]> {
  const best = found.map((own) => [...own]);
  let open = [...sources.keys()];
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round++) {
    const wrong = open.flatMap((index) => {
      const correction = copies.correction(sources[index] ?? "", best[index]?.[0]?.ids ?? []);
      return correction === undefined ? [] : [{ index, ...correction }];
    });
    if (wrong.length === 0) break;
    const begin = copies.begin(wrong.map(({ beginning }) => beginning));
    const again = await search(
      wrong.map(({ index }) => index),
      begin,
    );
    open = wrong.flatMap(({ index, isName }, i) => {
      const [before, now] = [best[index] ?? [], again[i] ?? []];
      if (now.length === 0 || (isName && totalOf(now) < totalOf(before) - NAME_MARGIN)) return [];
      best[index] = [...now];
      return [index];
    });
  }
  return best;
}

/** The log-probability of the best sequence. */
function totalOf([best]: readonly Scored[]): number {
  return best === undefined ? -Infinity : best.score * best.ids.length;
}
