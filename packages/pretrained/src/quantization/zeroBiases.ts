import type { ArrayTable } from "./arrayTable.ts";
import { SCALES } from "./scaleGrid.ts";

/** Marks biases of zeros, which older releases of AutoGPTQ write for every module of codes: a model may be without them. */
export async function markZeroBiases(table: ArrayTable, modules: readonly string[]): Promise<void> {
  for (const module of modules) {
    const bias = table.takeOptional(`${module}.bias`, SCALES);
    if (bias === undefined) continue;
    const isZero = (await bias.read()).every((value) => value === 0);
    table.put(`${module}.bias`, { ...bias, isZero });
  }
}
