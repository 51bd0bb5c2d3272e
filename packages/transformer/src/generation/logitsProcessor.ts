/**
 * Changes the scores of the next token in place; called once a step for each sequence. -Infinity forbids a token.
 *
 * @param scores [V]; logits in greedy search and sampling, log-probabilities in beam search
 * @param ids the sequence so far, the start token or the prompt included
 * @param source the index of its source among the sources
 * @returns nothing, or other scores [V] in place of `scores`
 */
export type LogitsProcessor = (
  scores: Float32Array,
  ids: readonly number[],
  source: number,
) => ArrayLike<number> | void;
