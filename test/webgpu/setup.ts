// Runs in front of every test file of pnpm test:webgpu.
import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";

const { name, refused } = await initBackend("webgpu");
if (name !== "webgpu")
  throw new Error(`expected webgpu, got ${name}: ${refused.map(({ reason }) => reason).join("; ")}`);

// tfjs's program for products of at most 128 numbers takes four times as long as the usual one in software (20 ms for
// [3, 5] x [5, 7]), and nearly every product here is one. matMul.test.ts runs them all.
tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", 3);
