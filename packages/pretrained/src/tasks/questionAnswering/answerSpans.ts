import { scoresOf } from "@qkv/transformer";
import type { Encoding } from "@qkv/tokenizers";

/** A part of the context, in UTF-16 units of it. */
export interface AnswerSpan {
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/**
 * Finds the likeliest spans of a window, widened to whole words.
 *
 * @param logits [2, L]: of first tokens and of last ones, padding included
 * @returns `none`: the score of there being no answer, which the first token of the window stands for
 */
export function answerSpans(
  window: Encoding,
  logits: Float32Array,
  { top, maxAnswerTokens }: { readonly top: number; readonly maxAnswerTokens: number },
): { readonly spans: AnswerSpan[]; readonly none: number } {
  const { sequenceIds, offsets, wordIds } = window;
  const inContext = sequenceIds.flatMap((sequence, i) => (sequence === 1 ? [i] : []));
  const places = [0, ...inContext]; // as in transformers' pipeline, the first token takes its part of the probability
  const length = logits.length / 2;
  const [starts, ends] = [0, length].map((from) =>
    scoresOf(
      Float32Array.from(places, (at) => logits[from + at] ?? 0),
      "softmax",
    ),
  ) as [Float32Array, Float32Array];

  const found: { readonly first: number; readonly last: number; readonly score: number }[] = [];
  for (let first = 1; first < places.length; first++) {
    for (let last = first; last < Math.min(places.length, first + maxAnswerTokens); last++) {
      const score = (starts[first] ?? 0) * (ends[last] ?? 0);
      if (found.length === top && score <= (found.at(-1)?.score ?? 0)) continue;
      found.push({ first, last, score });
      found.sort((a, b) => b.score - a.score);
      found.length = Math.min(found.length, top);
    }
  }
  /** The first or last token of the word that a token is in. */
  const edge = (at: number, step: 1 | -1): number => {
    let token = places[at] ?? 0;
    const word = wordIds[token];
    while (word !== undefined && sequenceIds[token + step] === 1 && wordIds[token + step] === word) token += step;
    return token;
  };
  const spans = found.map(({ first, last, score }) => ({
    start: offsets[edge(first, -1)]?.[0] ?? 0,
    end: offsets[edge(last, 1)]?.[1] ?? 0,
    score,
  }));
  return { spans, none: (starts[0] ?? 0) * (ends[0] ?? 0) };
}
