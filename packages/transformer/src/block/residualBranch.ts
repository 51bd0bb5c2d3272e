import { checkTensor } from "@qkv/ops";
import { checkModule, dropout, dropPath, LayerScale, type Params, Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { BlockSpec } from "./spec.ts";

/** Dropout, factors and drop path of a sublayer's output, before it joins the residual stream. Does not tidy. */
export class ResidualBranch {
  /** Absent without layer scale. */
  readonly scale?: LayerScale;

  readonly #dropout: number;
  readonly #dropPath: number;
  readonly #factor: number;

  constructor(
    params: Params,
    config: Pick<BlockSpec, "dModel" | "dropout" | "dropPath" | "layerScale" | "branchScale">,
  ) {
    checkModule("ResidualBranch", params, { config });
    const { dModel, dropout = 0, dropPath = 0, layerScale, branchScale = 1 } = config;
    if (layerScale !== undefined) this.scale = new LayerScale(params.at("scale"), dModel, layerScale);
    this.#dropout = dropout;
    this.#dropPath = dropPath;
    this.#factor = branchScale;
  }

  /** @param y [B, L, E]  @returns [B, L, E] */
  forward(y: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("ResidualBranch.forward", "y", y, "[B, L, E]");
    const dropped = dropout(y, this.#dropout, pass.random);
    const scaled = this.scale?.forward(dropped) ?? dropped;
    return dropPath(this.#factor === 1 ? scaled : tf.mul(scaled, this.#factor), this.#dropPath, pass.random);
  }
}
