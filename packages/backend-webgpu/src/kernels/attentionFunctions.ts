// The functions of the attention shader that access memory.

/** `load_NAME` for q, k, v or dy: four floats of a row; zeros beyond its end and beyond the last row. */
export function loadFunction(aligned: boolean, isRows: boolean): (name: string) => string {
  return (name) => {
    const rows = name === "q" || name === "dy" ? "uniforms.queries" : "uniforms.keys";
    const floats = /* wgsl */ `
      var four = vec4<f32>();
      for (var i = 0; i < min(4, uniforms.width - 4 * vector); i++) {
        four[i] = ${name}[${rowPlace(rows, isRows)} * uniforms.width + 4 * vector + i];
      }
      return four;`;
    return /* wgsl */ `
    fn load_${name}(head: i32, row: i32, vector: i32) -> vec4<f32> {
      if (row >= ${rows} || vector >= uniforms.vectors) {
        return vec4<f32>();
      }
      ${aligned ? `return ${name}[${rowPlace(rows, isRows)} * uniforms.vectors + vector];` : floats}
    }`;
  };
}

/** The place of a head's row among all: heads one after another, or side by side in the rows of a text. */
function rowPlace(rows: string, isRows: boolean): string {
  if (!isRows) return `(head * ${rows} + row)`;
  return `((head / uniforms.heads * ${rows} + row) * uniforms.heads + head % uniforms.heads)`;
}

/** `store`: writes four floats of a row of the result, if they are inside it. */
export function storeFunction(rowsAreQueries: boolean, aligned: boolean, isRows: boolean): string {
  const rows = rowsAreQueries ? "uniforms.queries" : "uniforms.keys";
  const floats = /* wgsl */ `
      for (var i = 0; i < min(4, uniforms.width - 4 * vector); i++) {
        result[${rowPlace(rows, isRows)} * uniforms.width + 4 * vector + i] = four[i];
      }`;
  return /* wgsl */ `
    fn store(head: i32, row: i32, vector: i32, four: vec4<f32>) {
      if (row >= ${rows} || vector >= uniforms.vectors) {
        return;
      }
      ${aligned ? `result[${rowPlace(rows, isRows)} * uniforms.vectors + vector] = four;` : floats}
    }`;
}

/** Functions of query i and key j: visibility, the bias of their score, and the dropout factor of their weight. */
export function pairFunctions(mask: boolean, bias: boolean, dropout: boolean): string {
  // The step of an axis along which a tensor is repeated is 0.
  const place = (name: string) =>
    `dot(vec4(head / uniforms.heads, head % uniforms.heads, i, j), uniforms.${name}Strides)`;
  const index = "(u32(head) * u32(uniforms.queries) + u32(i)) * u32(uniforms.keys) + u32(j)";
  return /* wgsl */ `
    fn seen(head: i32, i: i32, j: i32) -> bool {
      if (i >= uniforms.queries || j >= uniforms.keys || j > i + uniforms.past) {
        return false;
      }
      return ${mask ? `mask[${place("mask")}] != 0` : "true"};
    }
    fn shift(head: i32, i: i32, j: i32) -> f32 {
      return ${bias ? `bias[${place("bias")}]` : "0.0"};
    }
    fn kept(head: i32, i: i32, j: i32) -> f32 {
      return ${dropout ? `dropoutFactor(${index})` : "1.0"};
    }`;
}
