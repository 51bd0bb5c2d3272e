import { checkArray, checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import { shuffle } from "../batches/shuffle.ts";
import { checkRate } from "./checkRate.ts";
import type { TokenIds } from "./tokenIds.ts";

/** How much of a text is hidden. */
export interface SpanOptions {
  /** Share of the tokens that is hidden. Default 0.15. */
  readonly density?: number;
  /** Mean number of tokens of a span, from 1. Default 3. */
  readonly meanSpanLength?: number;
}

/** Options of {@link corruptSpans}. */
export interface CorruptSpansOptions extends SpanOptions {
  readonly random: RandomStream;
  /** The id of the sentinel of each span, `<extra_id_0>` first: in T5's vocabularies V - 1, V - 2 and so on. */
  readonly sentinelIds: readonly number[];
  /** The token at the end of inputs and targets. */
  readonly endId: number;
}

const SPANS: OptionNames<SpanOptions> = { density: true, meanSpanLength: true };
const NAMES: OptionNames<CorruptSpansOptions> = { ...SPANS, random: true, sentinelIds: true, endId: true };

/** A text with spans taken out. */
export interface CorruptedSpans {
  /** The text, a sentinel in the place of each span, and the end token. */
  readonly inputs: Int32Array;
  /** For each span its sentinel and its tokens, and the end token. */
  readonly targets: Int32Array;
}

/**
 * Takes random spans out of a text, which the model is to write (T5, arXiv:1910.10683, 3.1.4): spans of random lengths with
 * random gaps, the number of both as in T5's `random_spans_helper`. A text begins with a gap and ends with a span.
 *
 * @param ids at least 2 tokens, without an end token
 * @throws RangeError if there are more spans than sentinels
 */
export function corruptSpans(ids: TokenIds, options: CorruptSpansOptions): CorruptedSpans {
  const who = "corruptSpans";
  checkArray(who, "ids", ids);
  checkOptions(who, options, NAMES);
  const { random, sentinelIds, endId } = options;
  const { hidden, spans } = countSpans(who, ids.length, options);
  checkArray(who, "sentinelIds", sentinelIds);
  if (sentinelIds.length < spans) {
    throw new RangeError(`${who}: expected ${spans} sentinelIds for ${ids.length} tokens, got ${sentinelIds.length}`);
  }
  const [lengths, gaps] = [partition(hidden, spans, random), partition(ids.length - hidden, spans, random)];
  const inputs: number[] = [];
  const targets: number[] = [];
  let at = 0;
  for (let span = 0; span < spans; span++) {
    const sentinel = sentinelIds[span] as number;
    const start = at + (gaps[span] as number);
    const end = start + (lengths[span] as number);
    for (; at < start; at++) inputs.push(ids[at] as number);
    inputs.push(sentinel);
    targets.push(sentinel);
    for (; at < end; at++) targets.push(ids[at] as number);
  }
  return { inputs: Int32Array.of(...inputs, endId), targets: Int32Array.of(...targets, endId) };
}

/**
 * The number of tokens to take for each text so that its inputs fill the model after {@link corruptSpans}, and the length of
 * the targets then: `compute_input_and_target_lengths` of transformers' `run_t5_mlm_flax.py`.
 *
 * @param inputsLength of the model, the end token included
 */
export function spanCorruptionLengths(
  inputsLength: number,
  options: SpanOptions = {},
): { readonly tokensLength: number; readonly targetsLength: number } {
  const who = "spanCorruptionLengths";
  checkOptions(who, options, SPANS);
  if (!Number.isSafeInteger(inputsLength) || inputsLength < 3) {
    const got = describeArgument(inputsLength);
    throw new RangeError(`${who}: expected inputsLength to be an integer from 3, got ${got}`);
  }
  const lengthsOf = (tokens: number) => {
    const { hidden, spans } = countSpans(who, tokens, options);
    return { inputs: tokens - hidden + spans + 1, targets: hidden + spans + 1 };
  };
  let tokensLength = 2;
  while (lengthsOf(tokensLength + 1).inputs <= inputsLength) tokensLength += 1;
  const { inputs, targets } = lengthsOf(tokensLength);
  // T5 makes both equal where half of the tokens are hidden and rounding has left one over.
  const isOver = options.density === 0.5 && targets > inputs;
  return isOver
    ? { tokensLength: tokensLength - 1, targetsLength: targets - 1 }
    : { tokensLength, targetsLength: targets };
}

/** The number of hidden tokens and of spans, each at least 1. */
function countSpans(who: string, length: number, options: SpanOptions): { hidden: number; spans: number } {
  const { density = 0.15, meanSpanLength = 3 } = options;
  checkRate(who, "density", density);
  if (!(meanSpanLength >= 1)) {
    const got = describeArgument(meanSpanLength);
    throw new RangeError(`${who}: expected meanSpanLength to be a number from 1, got ${got}`);
  }
  if (length < 2) throw new RangeError(`${who}: expected at least 2 tokens, got ${length}`);
  const hidden = Math.min(Math.max(roundHalfEven(length * density), 1), length - 1);
  const spans = Math.min(Math.max(roundHalfEven(hidden / meanSpanLength), 1), hidden, length - hidden);
  return { hidden, spans };
}

/** Rounds as numpy does, which T5 counts by: a half to the even neighbour. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Splits `total` into so many random parts of at least 1, all ways alike. */
function partition(total: number, parts: number, random: RandomStream): number[] {
  const isStart = shuffle(
    Array.from({ length: total - 1 }, (_, i) => i < parts - 1),
    random,
  );
  const lengths = [1];
  for (const starts of isStart) {
    if (starts) lengths.push(1);
    else lengths[lengths.length - 1] = (lengths.at(-1) as number) + 1;
  }
  return lengths;
}
