import type { Binding } from "./deviceShader.ts";
import { isWoven, type WeightLayout, weightText } from "../kernels/packed/weightLayout.ts";

/** How a weight's numbers lie in memory: float32 row by row, or packed. */
export type StoredLayout = readonly ["f32"] | WeightLayout;

/** What the text of a weight declares and what it reads of its own, beside the width and the quads that products share. */
const OWN =
  /\b(?:codesAt|scaled|weightsAt|rowAt|scalesAt|offsetsAt|blockAt|codesOf|floatsOf|CODE_VECTORS|SCALE_VECTORS|BLOCK_VECTORS|data)\b|\buniforms\.(?:outputs|strips|zero)\b/g;

/**
 * The functions `codesAt`, `scaled` and `rowAt` of `weightText`, for a weight of any layout, with `_NAME` behind them, behind
 * `data`, and behind the uniforms `outputs` and `zero`: a shader may read several.
 *
 * @param aligned whether rows are a multiple of four numbers
 */
export function storedText(name: string, layout: StoredLayout, aligned: boolean): string {
  const text = layout[0] === "f32" ? floatsText(aligned) : weightText(layout, aligned);
  return text.replace(OWN, (own) => `${own}_${name}`);
}

/** The binding of a weight's numbers. */
export function storedBinding(name: string, layout: StoredLayout, aligned: boolean): Binding {
  if (layout[0] === "f32") return { name: `data_${name}`, type: aligned ? "vec4<f32>" : "f32" };
  return { name: `data_${name}`, type: isWoven(layout) ? "vec4<i32>" : "i32" };
}

function floatsText(aligned: boolean): string {
  return /* wgsl */ `
    fn rowAt(row: i32, quad: i32) -> vec4<f32> {
      ${aligned ? "return data[row * uniforms.quads + quad];" : ANY_FLOATS}
    }
    fn codesAt(strip: i32, quad: i32) -> mat4x4<f32> {
      let rows = min(4 * strip + vec4(0, 1, 2, 3), vec4(uniforms.outputs - 1)); // the last again, whose product nobody takes
      return mat4x4(rowAt(rows.x, quad), rowAt(rows.y, quad), rowAt(rows.z, quad), rowAt(rows.w, quad));
    }
    fn scaled(sums: vec4<f32>, total: f32, strip: i32, quad: i32) -> vec4<f32> {
      return sums;
    }`;
}

const ANY_FLOATS = /* wgsl */ `
      var four = vec4<f32>();
      for (var i = 0; i < min(4, uniforms.width - 4 * quad); i++) {
        four[i] = data[row * uniforms.width + 4 * quad + i];
      }
      return four;`;
