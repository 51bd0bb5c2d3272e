import { type KeyValue, stepOf } from "@qkv/attention";
import { checkModule, type Params, Pass } from "@qkv/nn";
import { checkArray, checkRecord } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { Block } from "./block.ts";
import type { BlockInputs } from "./blockInputs.ts";
import { recomputedBlock } from "./recomputedBlock.ts";
import { createNorm, type Norm } from "./norm.ts";
import { createPositionBias, type PositionBias, type PositionBiasSpec } from "./positionBias.ts";
import type { BlockSpec, NormSpec } from "./spec.ts";

/** Masks, positions, memory and cache of a call, for all blocks. */
export interface StackInputs extends Omit<BlockInputs, "memory" | "layer" | "bias"> {
  /** For each block. */
  readonly memory?: readonly KeyValue[] | undefined;
}

/** What a stack has besides its blocks. */
export interface StackOptions {
  /** Norm of the last block's output. Default none. */
  readonly norm?: NormSpec | undefined;
  /** Bias of the scores of every block. Default none. */
  readonly positionBias?: PositionBiasSpec | undefined;
  /** Path of each block's parameters: blocks of one path share them. Default `layers.0`, `layers.1`, ... */
  readonly scopes?: readonly string[] | undefined;
}

/** Blocks one after another, and a final norm if there is one: the only loop over layers in this package. */
export class Stack {
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  readonly positionBias?: PositionBias;

  /** For each block, the number of keys that a query sees; undefined: all. */
  readonly windows: readonly (number | undefined)[];

  constructor(params: Params, blocks: readonly BlockSpec[], options: StackOptions = {}) {
    checkModule("Stack", params, { options });
    checkArray("Stack", "blocks", blocks);
    const { norm, positionBias, scopes } = options;
    if (positionBias !== undefined) {
      if (blocks.some(({ selfAttn }) => selfAttn.window !== undefined)) {
        throw new RangeError(
          "Stack: expected blocks without a sliding window beside a position bias, got one with both",
        );
      }
      this.positionBias = createPositionBias(params.at("positionBias"), positionBias);
    }
    this.layers = blocks.map((spec, i) => new Block(params.at(scopes?.[i] ?? `layers.${i}`), spec));
    if (norm !== undefined) this.norm = createNorm(params.at("norm"), blocks[0]?.dModel ?? 0, norm);
    this.windows = blocks.map(({ selfAttn }) => selfAttn.window);
  }

  /** @param x [B, L, E], the positions after those of the cache if there is one  @returns [B, L, E] */
  forward(x: tf.Tensor3D, given: StackInputs = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    checkRecord("Stack", "inputs", given);
    const { cache, mask, memory, memoryMask, positions, span } = given;
    const [before, length] = [cache?.length ?? 0, x.shape[1]];
    return stepOf(cache, () => {
      const bias = this.positionBias?.forward(length, before + length, mask);
      let y = x;
      for (const [i, layer] of this.layers.entries()) {
        // A literal: a decoder makes many, and a spread one is slow to make.
        const inputs: Required<BlockInputs> = {
          cache,
          layer: i,
          mask,
          bias,
          memory: memory?.[i],
          memoryMask,
          positions,
          span,
        };
        const at = pass.at("layers", i);
        if (pass.recompute) y = recomputedBlock(layer, y, inputs, at);
        else y = layer.forward(y, inputs, at);
      }
      return this.norm === undefined ? y : pass.tap("norm", this.norm.forward(y));
    });
  }
}
