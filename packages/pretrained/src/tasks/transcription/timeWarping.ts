/**
 * Lays tokens along time by dynamic time warping (`_dynamic_time_warping` of transformers): the cheapest way from the first token at
 * the first step to the last token at the last step.
 *
 * @param cost [N, T] by rows: of a token at a step
 * @returns for each token the first step of the way that is its own, [N]
 */
export function timeWarping(cost: Float64Array, tokens: number, steps: number): Int32Array {
  const width = steps + 1;
  const sums = new Float32Array((tokens + 1) * width).fill(Infinity);
  const moves = new Uint8Array((tokens + 1) * width);
  sums[0] = 0;
  for (let j = 1; j <= steps; j++) {
    for (let i = 1; i <= tokens; i++) {
      const both = sums[(i - 1) * width + j - 1] ?? Infinity;
      const token = sums[(i - 1) * width + j] ?? Infinity;
      const step = sums[i * width + j - 1] ?? Infinity;
      const move = both < token && both < step ? BOTH : token < both && token < step ? TOKEN : STEP;
      sums[i * width + j] =
        (cost[(i - 1) * steps + j - 1] ?? 0) + (move === BOTH ? both : move === TOKEN ? token : step);
      moves[i * width + j] = move;
    }
  }
  const first = new Int32Array(tokens);
  let [i, j] = [tokens, steps];
  while (i > 0 && j > 0) {
    first[i - 1] = j - 1;
    const move = moves[i * width + j];
    if (move !== STEP) i -= 1;
    if (move !== TOKEN) j -= 1;
  }
  return first;
}

/** From which neighbour a cell of the table is reached: the one before in tokens, in steps, or in both. */
const [BOTH, TOKEN, STEP] = [0, 1, 2];
