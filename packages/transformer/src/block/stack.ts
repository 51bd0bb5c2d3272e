import { type KeyValue, stepOf } from "@qkv/attention";
import { checkModule, type Params, Pass } from "@qkv/nn";
import { checkArray, checkRecord } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { Block } from "./block.ts";
import type { BlockInputs } from "./blockInputs.ts";
import { createNorm, type Norm } from "./norm.ts";
import type { BlockSpec, NormSpec } from "./spec.ts";

/** Masks, positions, memory and cache of a call, for all blocks. */
export interface StackInputs extends Omit<BlockInputs, "memory" | "layer"> {
  /** For each block. */
  readonly memory?: readonly KeyValue[] | undefined;
}

/** Blocks one after another, and a final norm if there is one: the only loop over layers in this package. */
export class Stack {
  readonly layers: readonly Block[];
  readonly norm?: Norm;

  /** For each block, the number of keys that a query sees; undefined: all. */
  readonly windows: readonly (number | undefined)[];

  /** @param norm of the last block's output; left out: none */
  constructor(params: Params, blocks: readonly BlockSpec[], norm?: NormSpec) {
    checkModule("Stack", params);
    checkArray("Stack", "blocks", blocks);
    this.layers = blocks.map((spec, i) => new Block(params.at("layers", i), spec));
    if (norm !== undefined) this.norm = createNorm(params.at("norm"), blocks[0]?.dModel ?? 0, norm);
    this.windows = blocks.map(({ selfAttn }) => selfAttn.window);
  }

  /** @param x [B, L, E], the positions after those of the cache if there is one  @returns [B, L, E] */
  forward(x: tf.Tensor3D, given: StackInputs = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    checkRecord("Stack", "inputs", given);
    const { memory, ...inputs } = given;
    return stepOf(inputs.cache, () => {
      let y = x;
      for (const [i, layer] of this.layers.entries()) {
        y = layer.forward(y, { ...inputs, layer: i, memory: memory?.[i] }, pass.at("layers", i));
      }
      return this.norm === undefined ? y : pass.tap("norm", this.norm.forward(y));
    });
  }
}
