import type { Pass } from "@qkv/nn";
import { recomputed } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Block } from "./block.ts";
import type { BlockInputs } from "./blockInputs.ts";

/**
 * The output of a block of which the backward pass holds the inputs alone. A cache and taps see each pass once: with them it is the
 * block's own.
 *
 * @param x [B, L, E]
 * @returns [B, L, E]
 */
export function recomputedBlock(block: Block, x: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D {
  if (pass.taps !== undefined || inputs.cache !== undefined) return block.forward(x, inputs, pass);
  const { mask, bias, memory, memoryMask } = inputs;
  const drawn = pass.random?.copy(); // where this block begins to draw
  return recomputed({ x, mask, bias, keys: memory?.keys, values: memory?.values, memoryMask }, (given, isAgain) => {
    const { x, mask, bias, keys, values, memoryMask } = given;
    const seen = memory && keys && values ? { ...memory, keys, values } : undefined;
    const own = { ...inputs, mask, bias, memory: seen, memoryMask };
    return block.forward(x, own, isAgain ? pass.drawingFrom(drawn?.copy()) : pass);
  });
}
