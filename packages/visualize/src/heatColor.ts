/** Red, green and blue from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

// Equidistant colours of matplotlib's "inferno" (CC0): dark to light throughout, also for colour-blind readers.
const INFERNO: readonly Color[] = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
];

/** The colour of a weight from 0 to 1, between the neighbouring colours of the scale. */
export function heatColor(weight: number): Color {
  const at = Math.min(Math.max(weight, 0), 1) * (INFERNO.length - 1);
  const below = Math.min(Math.floor(at), INFERNO.length - 2);
  const [low, high] = [INFERNO[below] as Color, INFERNO[below + 1] as Color];
  const mixed = (channel: 0 | 1 | 2) => Math.round(low[channel] + (high[channel] - low[channel]) * (at - below));
  return [mixed(0), mixed(1), mixed(2)];
}
