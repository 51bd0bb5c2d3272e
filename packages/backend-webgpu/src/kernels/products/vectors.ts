/**
 * `NAME_at(row, vector)`: four floats of a row of NAME, zeros beyond its end and beyond the last row.
 *
 * @param columns the uniform that has the length of its rows
 * @param aligned whether that is a multiple of four, so that rows are read by four floats
 */
export function readText(name: string, columns: "width" | "outputs", aligned: boolean): string {
  const vectors = vectorsOf(columns);
  const floats = /* wgsl */ `
      var four = vec4<f32>();
      for (var i = 0; i < min(4, uniforms.${columns} - 4 * vector); i++) {
        four[i] = ${name}[row * uniforms.${columns} + 4 * vector + i];
      }
      return four;`;
  return /* wgsl */ `
    fn ${name}_at(row: i32, vector: i32) -> vec4<f32> {
      if (row >= uniforms.rows || vector >= ${vectors}) {
        return vec4<f32>();
      }
      ${aligned ? `return ${name}[row * ${vectors} + vector];` : floats}
    }`;
}

/**
 * `store(row, vector, four)`: writes four floats of a row of the result, as far as they are inside it.
 *
 * @param rows the uniform that has the number of rows
 */
export function storeText(columns: "width" | "outputs", rows: "rows" | "outputs" = "rows"): string {
  return /* wgsl */ `
    fn store(row: i32, vector: i32, four: vec4<f32>) {
      if (row >= uniforms.${rows}) {
        return;
      }
      for (var i = 0; i < min(4, uniforms.${columns} - 4 * vector); i++) {
        result[row * uniforms.${columns} + 4 * vector + i] = four[i];
      }
    }`;
}

/** The uniform that has the number of vectors in such a row: four columns of the weight are a quad, four rows a strip. */
export function vectorsOf(columns: "width" | "outputs"): string {
  return columns === "width" ? "uniforms.quads" : "uniforms.strips";
}
