import type { CachedRowsAttrs, MoveCachedRowsAttrs, RowFormat } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { type Kernel, sizeOf, type Tensors } from "../kernel.ts";
import { i32, runShader } from "../runShader.ts";
import { shader } from "../shader.ts";
import { packRowText, readRowText, roundingText, unitsText, wordsText } from "./cachedRowText.ts";

const THREADS = 64;

/** QkvWriteCachedRows: in place, a thread for each unit of a row. */
export const writeCachedRows: Kernel = (backend, inputs, attrs) => {
  const { buffer, rows } = inputs as Tensors<"buffer" | "rows">;
  const { format, width, first, length } = attrs as CachedRowsAttrs;
  const count = (sizeOf(rows) / width) * (format === "float16" ? width / 2 : Math.ceil(width / 32));
  if (count === 0) return [];
  const { nothing } = runShader(backend, {
    shader: writeShader(format),
    inputs: { buffer, rows },
    written: ["buffer"],
    outputs: { nothing: [1] }, // tfjs runs no shader without a result
    uniforms: {
      ...{ count: i32(count), width: i32(width), first: i32(first), rowsPerHead: i32(length) },
      capacity: i32(buffer.shape[2] ?? 0),
    },
    threads: THREADS,
    groups: Math.ceil(count / THREADS),
  });
  backend.disposeData(nothing.dataId);
  return [];
};

/** QkvReadCachedRows. */
export const readCachedRows: Kernel = (backend, inputs, attrs) => {
  const { buffer } = inputs as Tensors<"buffer">;
  const { format, width, length } = attrs as CachedRowsAttrs;
  const [batch = 0, heads = 0, capacity = 0] = buffer.shape;
  const quads = (batch * heads * length * width) / 4;
  return runShader(backend, {
    shader: readShader(format),
    inputs: { buffer },
    outputs: { rows: [batch, heads, length, width] },
    uniforms: { count: i32(quads), width: i32(width), rowsPerHead: i32(length), capacity: i32(capacity) },
    vectors: ["result"],
    threads: THREADS,
    groups: Math.ceil(quads / THREADS),
  }).rows;
};

/** QkvMoveCachedRows: TensorFlow.js's own operations on this backend round large whole numbers to floats. */
export const moveCachedRows: Kernel = (backend, inputs, attrs) => {
  const { buffer, texts } = inputs as Tensors<"buffer"> & { readonly texts?: tf.TensorInfo };
  const { length, capacity } = attrs as MoveCachedRowsAttrs;
  const [batch = 0, heads = 0, had = 0, words = 0] = buffer.shape;
  const count = texts === undefined ? batch : sizeOf(texts);
  const moved = backend.makeTensorInfo([count, heads, capacity, words], "int32");
  try {
    const size = count * heads * length * words;
    const { nothing } = runShader(backend, {
      shader: moveShader(texts !== undefined),
      inputs: { buffer, moved, ...(texts && { texts }) },
      written: ["moved"],
      outputs: { nothing: [1] },
      uniforms: {
        ...{ count: i32(size), words: i32(words), rowsPerHead: i32(length), heads: i32(heads) },
        ...{ had: i32(had), capacity: i32(capacity) },
      },
      threads: THREADS,
      groups: Math.max(1, Math.ceil(size / THREADS)),
    });
    backend.disposeData(nothing.dataId);
  } catch (error) {
    backend.disposeData(moved.dataId);
    throw error;
  }
  return moved;
};

const moveShader = shader(
  "moveCachedRows",
  (hasTexts: boolean) => /* wgsl */ `
  fn main(index: i32) {
    if (index == 0) { result[0] = 0.0; }
    if (index < uniforms.count) {
      let row = index / uniforms.words;
      let head = row / uniforms.rowsPerHead; // of all texts
      let place = row % uniforms.rowsPerHead;
      let was = ${hasTexts ? "texts[head / uniforms.heads] * uniforms.heads + head % uniforms.heads" : "head"};
      let word = index % uniforms.words;
      moved[(head * uniforms.capacity + place) * uniforms.words + word] = buffer[(was * uniforms.had + place) * uniforms.words + word];
    }
  }`,
);

const writeShader = shader(
  "writeCachedRows",
  (format: RowFormat) => /* wgsl */ `
  ${roundingText(format)}
  ${packRowText("buffer", format, (at) => `rows[${at}]`)}
  fn main(index: i32) {
    if (index == 0) { result[0] = 0.0; }
    let units = ${unitsText(format, "uniforms.width")};
    let row = index / units;
    if (index < uniforms.count) {
      let place = row / uniforms.rowsPerHead * uniforms.capacity + uniforms.first + row % uniforms.rowsPerHead;
      buffer_pack(place * ${wordsText(format, "uniforms.width")}, row * uniforms.width, index % units, uniforms.width);
    }
  }`,
);

const readShader = shader(
  "readCachedRows",
  (format: RowFormat) => /* wgsl */ `
  ${readRowText("buffer", format)}
  fn main(index: i32) {
    let quads = uniforms.width / 4;
    let row = index / quads;
    if (index < uniforms.count) {
      let place = row / uniforms.rowsPerHead * uniforms.capacity + row % uniforms.rowsPerHead;
      result[index] = buffer_quad(place * ${wordsText(format, "uniforms.width")}, index % quads);
    }
  }`,
);
