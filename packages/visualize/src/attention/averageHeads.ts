import { checkRecord } from "../argumentChecks.ts";
import { readGrid, type WeightGrid } from "../weightGrid.ts";

/** The mean of all matrices of a grid: [queries, keys] row by row. */
export function averageHeads(grid: Pick<WeightGrid, "shape" | "values">): Float32Array<ArrayBuffer> {
  checkRecord("averageHeads", "grid", grid);
  const { panels } = readGrid("averageHeads", grid);
  const [, , queries, keys] = grid.shape;
  return Float32Array.from({ length: queries * keys }, (_, at) => {
    return panels.reduce((sum, { values }) => sum + (values[at] ?? 0), 0) / Math.max(panels.length, 1);
  });
}
