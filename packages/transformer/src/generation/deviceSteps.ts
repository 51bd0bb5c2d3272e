import { DeviceLostError, type DecodedTokens } from "@qkv/ops";
import type { Decoding } from "./decoding.ts";
import type { DeviceChoice } from "./deviceChoice.ts";
import type { OpenSequence, PartialSequence } from "./partialSequence.ts";
import type { RecordedDecoding } from "./recordedDecoding.ts";

/** What the steps of a device are told besides. */
export interface DeviceStepsOptions {
  readonly choice: DeviceChoice;
  readonly maxLength: number;
  readonly isFinished: (ids: readonly number[]) => boolean;
}

/**
 * Appends one token after another to sequences, as a device chooses them, and yields those just extended.
 *
 * The device is given each step before the token of the last one has arrived here, so that it never waits; at the end of the texts one
 * step too many may have been given. Rows of finished sequences go on with the others, and nobody reads what they give.
 *
 * @param rows of the recorded decoding, each with its sequence
 */
export async function* deviceSteps(
  decoding: Decoding,
  recorded: RecordedDecoding,
  rows: readonly OpenSequence[],
  { choice, maxLength, isFinished }: DeviceStepsOptions,
): AsyncGenerator<readonly PartialSequence[], void, undefined> {
  const indices = rows.map(({ index }) => index);
  /** Tokens of all rows, those of finished ones too. */
  const all = rows.map(({ sequence }) => [...sequence.ids]);
  const place = () => all[0]?.length ?? 0;
  /** Reads the token before `at`, and chooses that at `at`. */
  const choose = (at: number, tokens?: readonly number[]): Promise<DecodedTokens> => {
    const chosen = recorded.step({
      position: at - 1,
      tokens,
      forced: at === maxLength - 1 ? choice.forcedLast : undefined,
      draws: choice.drawsAt(indices, at),
    });
    chosen.catch(() => undefined); // the loop may end before it waits
    return chosen;
  };
  const lastTokens = () => all.map((ids) => ids.at(-1) ?? 0);
  let open = rows.map((row, i) => ({ ...row, row: i }));
  let isLost = false;
  try {
    decoding.throwIfAborted();
    let pending = choose(place(), lastTokens());
    while (open.length > 0) {
      const next = place() + 1;
      const isAhead = next < maxLength && next - 1 < recorded.capacity;
      const following = isAhead ? choose(next) : undefined;
      const { tokens, logProbabilities } = await pending;
      decoding.throwIfAborted();
      for (const { row, sequence } of open) {
        const [token, logProbability] = [tokens[row] as number, logProbabilities[row] as number];
        if (Number.isNaN(logProbability)) throw await decoding.whyNotFinite(row, sequence.ids);
        if (token === -1) throw new RangeError("generate: expected a token that may come next, got none");
        sequence.ids.push(token);
        sequence.logProbability += logProbability;
      }
      for (const [row, ids] of all.entries()) ids.push(tokens[row] as number);
      yield open.map(({ sequence }) => sequence);
      open = open.filter(({ sequence }) => !isFinished(sequence.ids));
      if (following !== undefined) pending = following;
      else if (open.length > 0) {
        recorded.grow();
        pending = choose(place(), lastTokens());
      }
    }
  } catch (error) {
    isLost = error instanceof DeviceLostError;
    throw error;
  } finally {
    try {
      if (!isLost)
        decoding.takeBack(
          recorded,
          all.map((ids) => ids.slice(0, -1)),
        );
    } finally {
      recorded.dispose();
    }
  }
}
