// What both figures measure: a curve, and examples of it with noise, the same every time.

/** The curve that was measured. */
export const truth = (x: number): number => 2 * Math.sin(x) + x;

/** Where it was measured. */
export const PLACES: readonly number[] = Array.from(
  { length: 24 },
  (_, i) => (5 * (i + 0.5 + 0.4 * Math.sin(7 * i))) / 24,
);

/** What came out, with an error of at most a half. */
export const MEASURED: readonly number[] = PLACES.map((x, i) => truth(x) + 0.5 * Math.sin(37 * i * i));

/** Places to draw curves over. */
export const GRID: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 20);
