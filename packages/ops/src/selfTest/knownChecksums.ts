import type { Checksum } from "./checksum.ts";

/**
 * Checksums of what plain JavaScript computes, by the names of the cases: with floats, and with weights in halves. Beside codes
 * kernels round so much that the sums say nothing. `checksum.test.ts` computes them again.
 */
export const KNOWN_CHECKSUMS: Readonly<Record<string, Checksum>> = {
  BatchMatMul: [37.9799, 14.2112, 14.9463],
  Add: [25.384, 15.7328, 1.93762],
  Multiply: [8.34355, 4.61263, 0.938377],
  "Sum of rows": [2.76338, 2.62686, 4.99854],
  "Sum of columns": [1.64002, 10.0851, 5.69632],
  Transpose: [-7.92452, -9.55034, 0.998898],
  Slice: [-7.82387, 3.11581, 0.972056],
  Tile: [12.4241, 19.6566, 0.998898],
  "a product of 1 with f32": [-10.3617, -1.57564, 4.06399],
  "a product of 3 with f32": [-25.1608, -10.479, 4.64801],
  "a product of 9 with f32": [-20.3706, 16.4305, 5.66302],
  relu: [13.4708, 28.0912, 3.90656],
  gelu: [13.7061, 28.7085, 3.90638],
  geluTanh: [13.708, 28.7116, 3.90646],
  silu: [12.9399, 27.4685, 3.82955],
  quickGelu: [13.5987, 28.5386, 3.90151],
  "layer normalization": [-1.8623, 9.47542, 2.07224],
  softmax: [-0.340188, -0.476094, 0.251333],
  "attention of 1": [-0.0410649, 1.1354, 0.399526],
  "attention of 9": [-3.05626, -1.73028, 0.67319],
  "rows of a cache in float16": [-11.4963, -7.86991, 0.998162],
  "rows of a cache in q8": [-11.4963, -7.86991, 0.998162],
  "a product of 1 with f16": [-10.3624, -1.57244, 4.06242],
  "a product of 3 with f16": [-25.161, -10.4687, 4.64769],
  "a product of 9 with f16": [-20.3682, 16.4345, 5.66183],
  "rows of f16": [-10.5065, 7.98421, 0.980957],
  "a product of 1 with bf16": [-10.3742, -1.57459, 4.05063],
  "a product of 3 with bf16": [-25.1858, -10.4537, 4.64142],
  "a product of 9 with bf16": [-20.3781, 16.3468, 5.65207],
  "rows of bf16": [-10.4807, 7.98103, 0.980469],
  "a layer of a decoder with f32": [21.0265, 1.63331, 15.4255],
  "a layer of an encoder with f32": [0.641827, -21.4536, 2.23723],
  "a layer of a decoder with f16": [21.0053, 1.63454, 15.4066],
  "a layer of a decoder with bf16": [20.8676, 1.64301, 15.293],
};
