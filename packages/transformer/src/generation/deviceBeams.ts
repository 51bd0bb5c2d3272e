import type { Beam, BeamsOfSource } from "./beam.ts";
import type { Decoding } from "./decoding.ts";
import type { DeviceChoice } from "./deviceChoice.ts";
import type { RecordedDecoding } from "./recordedDecoding.ts";
import { type Candidate, insertCandidate } from "./topCandidates.ts";

/**
 * The steps of a beam search on a device, which gives the likeliest tokens of each beam. Every source keeps its rows to the end; a beam
 * that continues another reads the keys and values of that one's row, and nothing is copied.
 */
export class DeviceBeams {
  readonly #decoding: Decoding;
  readonly #recorded: RecordedDecoding;
  readonly #choice: DeviceChoice;
  readonly #maxLength: number;
  /** The rows of each source. */
  readonly #rows = new Map<number, readonly number[]>();
  readonly #numRows: number;

  /** @param open the sources, whose beams are in the rows that were recorded */
  constructor(
    decoding: Decoding,
    recorded: RecordedDecoding,
    open: readonly BeamsOfSource[],
    { choice, maxLength }: { readonly choice: DeviceChoice; readonly maxLength: number },
  ) {
    this.#decoding = decoding;
    this.#recorded = recorded;
    this.#choice = choice;
    this.#maxLength = maxLength;
    for (const { source, beams } of open)
      this.#rows.set(
        source,
        beams.map(({ row }) => row),
      );
    this.#numRows = open.reduce((sum, { beams }) => sum + beams.length, 0);
  }

  /** Reads the last token of each beam. @returns for each source the best continuations of its beams, best first */
  async step(open: readonly BeamsOfSource[]): Promise<readonly Candidate[][]> {
    this.#decoding.throwIfAborted();
    const tokens = Array<number>(this.#numRows).fill(0);
    const parents = Array.from(tokens, (_, row) => row);
    for (const search of open) {
      const rows = this.#rows.get(search.source) ?? [];
      search.beams = search.beams.map((beam, i): Beam => {
        const row = rows[i] as number;
        tokens[row] = beam.ids.at(-1) ?? 0;
        parents[row] = beam.row;
        return { ...beam, row };
      });
    }
    const length = open[0]?.beams[0]?.ids.length ?? 0;
    const forced = length === this.#maxLength - 1 ? this.#choice.forcedLast : undefined;
    const found = await this.#recorded.step({ position: length - 1, tokens, parents, forced });
    this.#decoding.throwIfAborted();
    const count = this.#choice.candidates;
    return Promise.all(
      open.map(async ({ beams }) => {
        const best: Candidate[] = [];
        for (const [beam, { row, ids, logProbability }] of beams.entries()) {
          for (let at = row * count; at < (row + 1) * count; at++) {
            const [token, own] = [found.tokens[at] as number, found.logProbabilities[at] as number];
            if (Number.isNaN(own)) throw await this.#decoding.whyNotFinite(row, ids);
            if (token !== -1) insertCandidate(best, { beam, token, logProbability: logProbability + own }, count);
          }
        }
        return best;
      }),
    );
  }

  dispose(): void {
    this.#recorded.dispose();
  }
}
