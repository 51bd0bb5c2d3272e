/**
 * Reads halves, which lie row by row as files have them: two in a word, so that rows of an odd number of columns may begin
 * in the middle of one. `weightText` says what the functions give.
 *
 * @param aligned whether rows are a multiple of four numbers
 */
export function halvesText(format: "f16" | "bf16", aligned: boolean): string {
  return /* wgsl */ `
    ${format === "f16" ? F16 : BF16}
    ${aligned ? WHOLE_WORDS : ANY_HALVES}
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

const WHOLE_WORDS = /* wgsl */ `
    fn rowAt(row: i32, quad: i32) -> vec4<f32> {
      let at = row * (uniforms.width / 2) + 2 * quad;
      let words = bitcast<vec2<u32>>(vec2(data[at], data[at + 1]));
      return floatsOf(vec4(words.x, words.x >> 16u, words.y, words.y >> 16u) & vec4(0xffffu));
    }`;

const ANY_HALVES = /* wgsl */ `
    fn rowAt(row: i32, quad: i32) -> vec4<f32> {
      var halves = vec4<u32>();
      for (var i = 0; i < min(4, uniforms.width - 4 * quad); i++) {
        let at = row * uniforms.width + 4 * quad + i;
        halves[i] = (bitcast<u32>(data[at / 2]) >> u32(16 * (at % 2))) & 0xffffu;
      }
      return floatsOf(halves);
    }`;

const BF16 = /* wgsl */ `
    fn floatsOf(halves: vec4<u32>) -> vec4<f32> {
      return bitcast<vec4<f32>>(halves << vec4(16u));
    }`;

// Finite ones. By integers, since devices may take subnormal numbers for zeros, of 16 bits and of 32: with the exponent of
// 2^-14, which is then taken off, they are none.
const F16 = /* wgsl */ `
    fn floatsOf(halves: vec4<u32>) -> vec4<f32> {
      let size = (halves & vec4(0x7fffu)) << vec4(13u);
      let normal = bitcast<vec4<f32>>(size + 0x38000000u); // the exponents' biases are 112 apart
      let subnormal = bitcast<vec4<f32>>(size + 0x38800000u) - 0x1p-14;
      let value = select(normal, subnormal, size < vec4(0x800000u));
      return bitcast<vec4<f32>>(bitcast<vec4<u32>>(value) | ((halves & vec4(0x8000u)) << vec4(16u)));
    }`;
