/** The width of DINOv2's gated feed-forward: two thirds of what `mlp_ratio` says, up to the next multiple of 8. */
export function swiGluWidth(dModel: number, mlpRatio: number): number {
  const hidden = Math.floor(dModel * mlpRatio);
  return Math.ceil(Math.floor((hidden * 2) / 3) / 8) * 8;
}

/** An `mlp_ratio` of that width, a whole number if there is one, as transformers wants it. */
export function swiGluRatio(dModel: number, width: number): number {
  const ratio = (1.5 * width) / dModel;
  const whole = [Math.floor(ratio), Math.ceil(ratio)].find((each) => swiGluWidth(dModel, each) === width);
  return whole ?? ratio;
}
