/**
 * Reads codes of 8 or 4 bits as @qkv/ops's weave.ts writes them: a vector holds a word of each of four rows, a block of 32
 * columns its codes, then its scales, then perhaps its offsets. `weightText` says what the functions give.
 */
export function wovenText(bits: 8 | 4, groupSize: number, hasOffsets: boolean): string {
  const scaledRow = (row: number) => `s[${row}] * codes[${row}]${hasOffsets ? ` + o[${row}]` : ""}`;
  return /* wgsl */ `
    const CODE_VECTORS = ${bits};
    const SCALE_VECTORS = ${32 / groupSize};
    const BLOCK_VECTORS = ${bits + (32 / groupSize) * (hasOffsets ? 2 : 1)};

    fn blockAt(strip: i32, quad: i32) -> i32 {
      return (strip * (uniforms.quads / 8) + quad / 8) * BLOCK_VECTORS;
    }
    fn scalesAt(strip: i32, quad: i32) -> vec4<f32> {
      return bitcast<vec4<f32>>(data[blockAt(strip, quad) + CODE_VECTORS + quad % 8 * SCALE_VECTORS / 8]);
    }
    ${hasOffsets ? OFFSETS : ""}
    ${bits === 8 ? EIGHT_BITS : FOUR_BITS}
    fn codesAt(strip: i32, quad: i32) -> mat4x4<f32> {
      let words = data[blockAt(strip, quad) + quad % CODE_VECTORS];
      return mat4x4(codesOf(words.x, quad), codesOf(words.y, quad), codesOf(words.z, quad), codesOf(words.w, quad));
    }
    fn scaled(sums: vec4<f32>, total: f32, strip: i32, quad: i32) -> vec4<f32> {
      return scalesAt(strip, quad) * sums${hasOffsets ? " + offsetsAt(strip, quad) * total" : ""};
    }
    fn weightsAt(strip: i32, quad: i32) -> mat4x4<f32> {
      let codes = codesAt(strip, quad);
      let s = scalesAt(strip, quad);
      ${hasOffsets ? "let o = offsetsAt(strip, quad);" : ""}
      return mat4x4(${[0, 1, 2, 3].map(scaledRow).join(", ")});
    }
    fn rowAt(row: i32, quad: i32) -> vec4<f32> {
      let four = weightsAt(row / 4, quad);
      return four[row % 4];
    }`;
}

const OFFSETS = /* wgsl */ `
    fn offsetsAt(strip: i32, quad: i32) -> vec4<f32> {
      return bitcast<vec4<f32>>(data[blockAt(strip, quad) + CODE_VECTORS + SCALE_VECTORS + quad % 8 * SCALE_VECTORS / 8]);
    }`;

// Four columns of a row lie in the bytes of a word.
const EIGHT_BITS = /* wgsl */ `
    fn codesOf(word: i32, quad: i32) -> vec4<f32> {
      return vec4<f32>((vec4(word) << vec4(24u, 16u, 8u, 0u)) >> vec4(24u)) - uniforms.zero;
    }`;

// The first 16 columns of a block lie in the low halves of bytes, the others in the high ones.
const FOUR_BITS = /* wgsl */ `
    fn codesOf(word: i32, quad: i32) -> vec4<f32> {
      let low = select(0u, 4u, quad % 8 >= 4);
      return vec4<f32>((vec4(word) >> (vec4(0u, 8u, 16u, 24u) + low)) & vec4(15)) - uniforms.zero;
    }`;
