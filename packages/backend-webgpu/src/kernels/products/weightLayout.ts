import type { WeightFormat } from "@qkv/ops";
import { f32, i32, type Uniform } from "../../runShader.ts";
import { floatsText } from "./floats.ts";
import { halvesText } from "./halves.ts";
import { wovenText } from "./woven.ts";

/** How the `data` of a weight is read: the parameters of a shader that change its text. */
export type WeightLayout = readonly [
  kind: "f32" | "f16" | "bf16" | "int8" | "int4",
  groupSize: number,
  hasOffsets: boolean,
];

/** The format and the shape [O, I] of a weight. */
export interface WeightAttrs {
  readonly format: WeightFormat;
  readonly shape: readonly number[];
}

/** The layout of a format. */
export function layoutOf(format: WeightFormat): WeightLayout {
  if (typeof format === "string") return [format, 0, false];
  return [format.bits === 8 ? "int8" : "int4", format.groupSize, format.hasOffsets];
}

/** The uniforms that {@link weightText} reads, of a weight [O, I]: quads are four columns, strips four rows. */
export function weightUniforms({ format, shape }: WeightAttrs): Readonly<Record<string, Uniform>> {
  const [outputs = 0, width = 0] = shape;
  return {
    outputs: i32(outputs),
    width: i32(width),
    strips: i32(Math.ceil(outputs / 4)),
    quads: i32(Math.ceil(width / 4)),
    ...(typeof format === "object" && { zero: f32(format.zero) }),
  };
}

/** Whether `data` is words of codes, which are read four at a time. */
export function isWoven([kind]: WeightLayout): boolean {
  return kind === "int8" || kind === "int4";
}

/** The name of `data` if it is read four at a time: codes always are. @param aligned whether rows are a multiple of four */
export function dataVectors(layout: WeightLayout, aligned: boolean): readonly string[] {
  return isWoven(layout) || (layout[0] === "f32" && aligned) ? ["data"] : [];
}

/**
 * The functions that read the `data` of a weight. Each row of their matrices is four numbers of a row of the weight,
 * zeros beyond its end and finite numbers beyond the last one; WGSL calls it a column, and multiplies it by `four * matrix`
 * with four of x.
 *
 * - `codesAt(strip, quad)`: numbers before they are scaled; codes without their zero
 * - `scaled(sums, total, strip, quad)`: the scales times sums of codes, and the offsets times the total that was summed up
 * - `weightsAt(strip, quad)`: the numbers, with one rounding for the scale and one for the offset as everywhere else
 * - `rowAt(row, quad)`: four numbers of one row
 *
 * @param aligned whether rows are a multiple of four numbers; rows of codes always are
 */
export function weightText(layout: WeightLayout, aligned: boolean): string {
  const [kind, groupSize, hasOffsets] = layout;
  if (kind === "f32") return floatsText(aligned);
  if (kind === "f16" || kind === "bf16") return halvesText(kind, aligned);
  return wovenText(kind === "int8" ? 8 : 4, groupSize, hasOffsets);
}
