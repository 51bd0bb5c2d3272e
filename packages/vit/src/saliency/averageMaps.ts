import type { PatchMap } from "./patchMap.ts";

/** The mean of maps of one grid. @throws RangeError if there is none */
export function averageMaps(maps: readonly PatchMap[]): PatchMap {
  const [first] = maps;
  if (first === undefined) throw new RangeError("averageMaps: expected at least one map, got none");
  const values = first.values.map((_, patch) => {
    return maps.reduce((sum, map) => sum + (map.values[patch] ?? 0), 0) / maps.length;
  });
  return { rows: first.rows, columns: first.columns, values };
}
