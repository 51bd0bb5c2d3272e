/** The side of the picture, in pixels. */
export const SIDE = 24;

/** A house under the sun: brightness from 0 to 1, row by row. */
export const PICTURE: readonly number[] = Array.from({ length: SIDE * SIDE }, (_, i) => {
  const [y, x] = [Math.floor(i / SIDE), i % SIDE];
  const isSun = (x - 19) ** 2 + (y - 4) ** 2 < 9;
  const isRoof = y >= 6 && y < 12 && Math.abs(x - 8.5) < y - 5;
  const isWall = y >= 12 && y < 20 && x >= 4 && x < 14;
  const isWindow = isWall && y >= 14 && y < 17 && (x % 4 === 2 || x % 4 === 3) && x < 12;
  if (isSun) return 1;
  if (isWindow) return 0.9;
  if (isRoof) return (x + y) % 2 === 0 ? 0.8 : 0.5;
  if (isWall) return 0.45;
  return y >= 20 ? 0.25 + 0.1 * (x % 2) : 0.05;
});
