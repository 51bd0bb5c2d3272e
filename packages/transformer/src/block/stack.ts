import type { KeyValue } from "@qkv/attention";
import { checkModule, type Params, Pass, tidy } from "@qkv/nn";
import { checkArray, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { Block, type BlockInputs } from "./block.ts";
import { createNorm, type Norm } from "./norm.ts";
import type { BlockSpec, NormSpec } from "./spec.ts";

/** Masks, positions and memory of a call, for all blocks. */
export interface StackInputs extends Omit<BlockInputs, "memory"> {
  /** For each block. */
  readonly memory?: readonly KeyValue[] | undefined;
}

/** Output and keys and values of a decoding step. */
export interface StackStep {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** For each block, for the next step. */
  readonly past: readonly KeyValue[];
}

/** Blocks one after another, and a final norm if there is one: the only loop over layers in this package. */
export class Stack {
  readonly layers: readonly Block[];
  readonly norm?: Norm;

  /** @param norm of the last block's output; left out: none */
  constructor(params: Params, blocks: readonly BlockSpec[], norm?: NormSpec) {
    checkModule("Stack", params);
    checkArray("Stack", "blocks", blocks);
    this.layers = blocks.map((spec, i) => new Block(params.at("layers", i), spec));
    if (norm !== undefined) this.norm = createNorm(params.at("norm"), blocks[0]?.dModel ?? 0, norm);
  }

  /** @param x [B, L, E]  @returns [B, L, E] */
  forward(x: tf.Tensor3D, inputs: StackInputs = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    return tf.tidy(() => this.decode(x, undefined, inputs, pass).output);
  }

  /**
   * Reads the positions of `x`, which follow those of `past`.
   *
   * @param x [B, Q, E]
   * @param past the previous step's; absent on the first step
   */
  decode(
    x: tf.Tensor3D,
    past: readonly KeyValue[] | undefined,
    given: StackInputs = {},
    pass: Pass = Pass.plain,
  ): StackStep {
    checkRecord("Stack", "inputs", given);
    const { memory, ...inputs } = given;
    return tidy(() => {
      const next: KeyValue[] = [];
      let y = x;
      for (const [i, layer] of this.layers.entries()) {
        const step = layer.decode(y, past?.[i], { ...inputs, memory: memory?.[i] }, pass.at("layers", i));
        y = step.output;
        next.push(step.past);
      }
      return { output: this.norm === undefined ? y : pass.tap("norm", this.norm.forward(y)), past: next };
    });
  }
}
