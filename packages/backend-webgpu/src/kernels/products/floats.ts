/**
 * Reads a weight in float32, which lies row by row. `weightText` says what the functions give.
 *
 * @param aligned whether rows are a multiple of four numbers, and are read by four
 */
export function floatsText(aligned: boolean): string {
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
    }
    fn weightsAt(strip: i32, quad: i32) -> mat4x4<f32> {
      return codesAt(strip, quad);
    }`;
}

const ANY_FLOATS = /* wgsl */ `
      var four = vec4<f32>();
      for (var i = 0; i < min(4, uniforms.width - 4 * quad); i++) {
        four[i] = data[row * uniforms.width + 4 * quad + i];
      }
      return four;`;
