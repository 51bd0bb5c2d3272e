import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { test } from "vitest";

const FLAG = "WEBGPU_MATMUL_PROGRAM_TYPE";
const SHAPES = [
  [1, 3, 5, 7],
  [2, 13, 11, 17],
  [1, 37, 300, 41],
] as const;
const TRANSPOSED = [
  [false, false],
  [false, true],
  [true, false],
] as const;

describeBackends(
  "matMul",
  () => {
    // tfjs's numbers for its programs, which setup.ts narrows to one.
    test.each([
      ["the one for its shape", -1],
      ["reduce", 0],
      ["split K", 1],
      ["small output", 2],
      ["packed", 3],
    ])("each program multiplies: %s", async (_name, program) => {
      const usual = tf.env().getNumber(FLAG);
      tf.env().set(FLAG, program);
      try {
        for (const [batch, m, k, n] of SHAPES) {
          if (program === 1 && batch > 1) continue; // splits a single product only
          for (const [transposeA, transposeB] of TRANSPOSED) {
            const a = wave([batch, m, k], 0);
            const b = wave([batch, k, n], 1);
            const product = tf.tidy(() => {
              const x = tf.tensor3d(a, [batch, m, k]);
              const y = tf.tensor3d(b, [batch, k, n]);
              const flip = (z: tf.Tensor3D, flipped: boolean) => (flipped ? tf.transpose(z, [0, 2, 1]) : z);
              return tf.matMul(flip(x, transposeA), flip(y, transposeB), transposeA, transposeB);
            });
            const data = Float32Array.from({ length: batch * m * n }, (_, at) => {
              const [row, column] = [Math.floor(at / n), at % n];
              const start = Math.floor(row / m) * k * n + column;
              let sum = 0;
              for (let i = 0; i < k; i++) sum += (a[row * k + i] ?? NaN) * (b[start + i * n] ?? NaN);
              return sum;
            });
            await expectClose(product, { shape: [batch, m, n], data });
            product.dispose();
          }
        }
      } finally {
        tf.env().set(FLAG, usual);
      }
    });
  },
  ["webgpu"],
);

function wave(shape: readonly number[], phase: number): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.sin(2.3 * i + phase));
}
