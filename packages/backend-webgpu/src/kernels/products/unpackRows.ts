import type { PackedAttrs } from "@qkv/ops";
import { type Kernel, sizeOf, type Tensors } from "../../kernel.ts";
import { i32, runShader } from "../../runShader.ts";
import { shader } from "../../shader.ts";
import { storeText } from "./vectors.ts";
import { dataVectors, layoutOf, type WeightLayout, weightText, weightUniforms } from "./weightLayout.ts";

const THREADS = 64;

/** QkvUnpackRows: a row that the weight does not have is NaN, since a GPU's ids are not read to throw. */
export const unpackRows: Kernel = (backend, inputs, attrs) => {
  const { data, ids } = inputs as Tensors<"data" | "ids">;
  const { format, shape } = attrs as PackedAttrs;
  const [rows, width] = [sizeOf(ids), shape[1] ?? 0];
  const layout = layoutOf(format);
  return runShader(backend, {
    shader: unpackShader(width % 4 === 0, ...layout),
    inputs: { data, ids },
    outputs: { y: [rows, width] },
    uniforms: { ...weightUniforms(attrs as PackedAttrs), rows: i32(rows) },
    vectors: dataVectors(layout, width % 4 === 0),
    threads: THREADS,
    groups: Math.ceil((rows * Math.ceil(width / 4)) / THREADS),
  }).y;
};

// A thread for four columns of a row.
const unpackShader = shader(
  "unpackRows",
  (aligned: boolean, ...layout: WeightLayout) => /* wgsl */ `
  ${storeText("width")}
  ${weightText(layout, aligned)}
  fn main(index: i32) {
    let row = index / max(uniforms.quads, 1);
    let quad = index % max(uniforms.quads, 1);
    if (row < uniforms.rows) {
      let id = ids[row];
      if (id >= 0 && id < uniforms.outputs) {
        store(row, quad, rowAt(id, quad));
      } else {
        store(row, quad, vec4(uniforms.NAN));
      }
    }
  }`,
);
