import { type ArrayTable, sizesOf } from "./arrayTable.ts";
import type { ConfigFields } from "./configFields.ts";
import { EIGHTHS, eighthsArray } from "./eighths.ts";
import { isListed, refuseListed } from "./listedModules.ts";
import { expectGrid, SCALES, type ScaleGrid } from "./scaleGrid.ts";

/**
 * Reads matrices of 8-bit floats as DeepSeek and Qwen have them, `weight` [O, I] and `weight_scale_inv` of blocks, or of the
 * whole, by which they are multiplied in spite of its name; and as AutoFP8 has them, with `weight_scale`. Inputs, which
 * others round, stay as they are.
 *
 * https://github.com/huggingface/transformers/blob/main/src/transformers/integrations/finegrained_fp8.py
 */
export function dequantizeFp8(fields: ConfigFields, table: ArrayTable): void {
  fields.choice("activation_scheme", ["dynamic"], "dynamic");
  fields.choice("expert_dtype", ["fp8"], "fp8");
  const block = fields.value("weight_block_size") === undefined ? undefined : fields.sizes("weight_block_size");
  fields.ignore(["quant_method", "fmt", "scale_fmt", "dequantize", "modules_to_convert"]); // the types of arrays tell
  const modules = table.modulesWith("weight").filter((module) => isEighths(table, module));
  const lists = ["modules_to_not_convert", "ignored_layers"];
  const plain = lists.flatMap((name) => fields.texts(name));
  const scaled = modules.filter((module) => SCALED.some((name) => table.find(`${module}.${name}`) !== undefined));
  for (const name of lists) refuseListed(fields, name, scaled);
  fields.refuseOthers();
  for (const module of modules) {
    if (isListed(plain, module)) continue;
    const name = table.find(`${module}.weight_scale`) === undefined ? "weight_scale_inv" : "weight_scale";
    const weight = table.take(`${module}.weight`, EIGHTHS);
    const scales = table.take(`${module}.${name}`, SCALES);
    const shape = sizesOf(`${module}.weight`, weight);
    const grid: ScaleGrid = { shape, block: name === "weight_scale" || block === undefined ? shape : block };
    expectGrid(`${module}.${name}`, grid, scales);
    table.put(`${module}.weight`, eighthsArray(module, weight, grid, name, scales));
  }
}

const SCALED = ["weight_scale", "weight_scale_inv"];

function isEighths(table: ArrayTable, module: string): boolean {
  return (EIGHTHS as readonly unknown[]).includes(table.find(`${module}.weight`)?.dtype);
}
