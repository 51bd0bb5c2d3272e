import type { Binding } from "./deviceShader.ts";
import { isWoven, type WeightLayout, weightText } from "../kernels/products/weightLayout.ts";

/** What the text of a weight declares and what it reads of its own, beside the width and the quads that products share. */
const OWN =
  /\b(?:codesAt|scaled|weightsAt|rowAt|scalesAt|offsetsAt|blockAt|codesOf|floatsOf|CODE_VECTORS|SCALE_VECTORS|BLOCK_VECTORS|data)\b|\buniforms\.(?:outputs|strips|zero)\b/g;

/**
 * The functions `codesAt`, `scaled` and `rowAt` of `weightText`, for a weight of any layout, with `_NAME` behind them, behind
 * `data`, and behind the uniforms `outputs` and `zero`: a shader may read several.
 *
 * @param aligned whether rows are a multiple of four numbers
 */
export function storedText(name: string, layout: WeightLayout, aligned: boolean): string {
  return weightText(layout, aligned).replace(OWN, (own) => `${own}_${name}`);
}

/** The binding of a weight's numbers. */
export function storedBinding(name: string, layout: WeightLayout, aligned: boolean): Binding {
  if (layout[0] === "f32") return { name: `data_${name}`, type: aligned ? "vec4<f32>" : "f32" };
  return { name: `data_${name}`, type: isWoven(layout) ? "vec4<i32>" : "i32" };
}
