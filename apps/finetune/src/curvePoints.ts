/** A step, counted from 1, and a loss. */
export type CurvePoint = readonly [step: number, loss: number];

const MOST = 160;

/** A curve of not too many points: the means of as many stretches of steps, each at its last step. */
export function curvePoints(losses: readonly CurvePoint[]): readonly CurvePoint[] {
  const length = Math.max(1, Math.ceil(losses.length / MOST));
  return Array.from({ length: Math.ceil(losses.length / length) }, (_, i) => {
    const stretch = losses.slice(i * length, (i + 1) * length);
    const mean = stretch.reduce((sum, [, loss]) => sum + loss, 0) / stretch.length;
    return [stretch.at(-1)?.[0] ?? 0, mean] as const;
  });
}
