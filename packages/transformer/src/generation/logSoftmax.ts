/** The logarithm of the sum of the exponentials of `values`. */
export function logSumExp(values: Float32Array): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > max) max = values[i] as number;
  if (!Number.isFinite(max)) return max;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] as number) - max);
  return max + Math.log(sum);
}

/** Turns logits into log-probabilities, in place. */
export function logSoftmax(logits: Float32Array): void {
  const shift = logSumExp(logits);
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] as number) - shift;
}
