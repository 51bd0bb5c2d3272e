import type { RowFormat } from "@qkv/ops";

// Rows of keys or values in fewer bits, as words of 32: D halves, or D bytes in groups of 32 with a float before each that they are
// multiplied by. D is a multiple of 4.

/** Numbers of a group of bytes. */
const GROUP = 32;

/** Words of a row of D numbers: an expression, of a whole D or of the name of one. */
export function wordsText(format: RowFormat, width: string): string {
  return format === "float16" ? `(${width} / 2)` : `(${width} / 4 + (${width} + ${GROUP - 1}) / ${GROUP})`;
}

/** Parts of a row that are written by one thread each: words of halves, groups of bytes. */
export function unitsText(format: RowFormat, width: string): string {
  return format === "float16" ? `(${width} / 2)` : `((${width} + ${GROUP - 1}) / ${GROUP})`;
}

/** `NAME_quad(start, quad)`, four numbers of the row that begins at a word, and `NAME_at(start, d)`, one: of an array of i32. */
export function readRowText(name: string, format: RowFormat): string {
  if (format === "float16") {
    return /* wgsl */ `
  fn ${name}_quad(start: i32, quad: i32) -> vec4<f32> {
    let at = start + 2 * quad;
    return vec4(unpack2x16float(bitcast<u32>(${name}[at])), unpack2x16float(bitcast<u32>(${name}[at + 1])));
  }
  fn ${name}_at(start: i32, d: i32) -> f32 {
    let two = unpack2x16float(bitcast<u32>(${name}[start + d / 2]));
    return select(two.x, two.y, d % 2 == 1);
  }`;
  }
  const group = (quad: string) => `start + ${quad} / ${GROUP / 4} * ${GROUP / 4 + 1}`;
  return /* wgsl */ `
  fn ${name}_quad(start: i32, quad: i32) -> vec4<f32> {
    let group = ${group("quad")};
    let four = vec4(${name}[group + 1 + quad % ${GROUP / 4}]) << vec4<u32>(24, 16, 8, 0);
    return vec4<f32>(four >> vec4<u32>(24)) * bitcast<f32>(${name}[group]);
  }
  fn ${name}_at(start: i32, d: i32) -> f32 {
    let group = ${group("(d / 4)")};
    let word = ${name}[group + 1 + d / 4 % ${GROUP / 4}];
    return f32((word << (24u - 8u * u32(d % 4))) >> 24u) * bitcast<f32>(${name}[group]);
  }`;
}

/**
 * `NAME_pack(start, source, unit, width)`: writes a unit of the row that begins at a word, of the numbers from `source` on.
 *
 * @param number of those numbers, the one at a place
 */
export function packRowText(name: string, format: RowFormat, number: (at: string) => string): string {
  if (format === "float16") {
    return /* wgsl */ `
  fn ${name}_pack(start: i32, source: i32, unit: i32, width: i32) {
    let at = source + 2 * unit;
    ${name}[start + unit] = bitcast<i32>(halfOf(${number("at")}) | (halfOf(${number("at + 1")}) << 16u));
  }`;
  }
  return /* wgsl */ `
  fn ${name}_pack(start: i32, source: i32, unit: i32, width: i32) {
    let first = source + ${GROUP} * unit;
    let count = min(${GROUP}, width - ${GROUP} * unit);
    var largest = 0u;
    for (var i = 0; i < count; i++) { largest = max(largest, sizeOf(${number("first + i")})); }
    let at = start + ${GROUP / 4 + 1} * unit;
    ${name}[at] = factorOf(largest);
    for (var i = 0; i < count; i += 4) {
      var word = 0;
      for (var j = 0; j < 4; j++) { word |= (codeOf(${number("first + i + j")}, largest) & 255) << u32(8 * j); }
      ${name}[at + 1 + i / 4] = word;
    }
  }`;
}

/** `NAME_round(unit)`: makes the numbers of a unit of an array of D floats what is read of them once they are packed. */
export function roundRowText(name: string, format: RowFormat, width: number): string {
  if (format === "float16") {
    return /* wgsl */ `
  fn ${name}_round(unit: i32) {
    for (var d = 2 * unit; d < 2 * unit + 2; d++) { ${name}[d] = unpack2x16float(halfOf(${name}[d])).x; }
  }`;
  }
  return /* wgsl */ `
  fn ${name}_round(unit: i32) {
    let end = min(${GROUP} * (unit + 1), ${width});
    var largest = 0u;
    for (var d = ${GROUP} * unit; d < end; d++) { largest = max(largest, sizeOf(${name}[d])); }
    let factor = bitcast<f32>(factorOf(largest));
    for (var d = ${GROUP} * unit; d < end; d++) { ${name}[d] = f32(codeOf(${name}[d], largest)) * factor; }
  }`;
}

/** What the others call. */
export function roundingText(format: RowFormat): string {
  return format === "float16" ? HALVES : BYTES;
}

/** The nearest half, of two the even one; beyond the largest is infinity, and NaN stays NaN: `pack2x16float` promises neither. */
const HALVES = /* wgsl */ `
  fn halfOf(x: f32) -> u32 {
    let bits = bitcast<u32>(x);
    let size = bits & 0x7fffffffu;
    let sign = (bits >> 16u) & 0x8000u;
    if (size >= 0x47800000u) { return sign | select(0x7c00u, 0x7e00u, size > 0x7f800000u); }
    if (size < 0x38800000u) { return sign | (bitcast<u32>(bitcast<f32>(size) + 0.5) - 0x3f000000u); }
    return sign | ((size - 0x37fff001u + ((size >> 13u) & 1u)) >> 13u);
  }`;

/** Codes from -127 to 127, the nearest; where a number is not finite, neither is the factor of its group. */
const BYTES = /* wgsl */ `
  fn sizeOf(x: f32) -> u32 { return bitcast<u32>(x) & 0x7fffffffu; }
  fn factorOf(largest: u32) -> i32 {
    if (largest >= 0x7f800000u) { return bitcast<i32>(largest); }
    return bitcast<i32>(bitcast<f32>(largest) / 127.0);
  }
  fn codeOf(x: f32, largest: u32) -> i32 {
    if (largest >= 0x7f800000u) { return 1; }
    let by = select(127.0 / bitcast<f32>(largest), 0.0, largest < 0x00800000u);
    return i32(clamp(round(x * by), -127.0, 127.0));
  }`;
