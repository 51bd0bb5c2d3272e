import { checkTensor } from "@qkv/ops";
import { checkModule, dropout, dropPath, LayerScale, type Params, type RandomStream } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { TransformerLayerConfig } from "./layerConfig.ts";

/** What happens to a sublayer's output before it joins the residual stream. Runs inside the tidy of its layer. */
export class ResidualBranch {
  /** Absent unless the config asks for layer scale. */
  readonly scale?: LayerScale;

  readonly #dropout: number;
  readonly #dropPath: number;

  constructor(params: Params, config: TransformerLayerConfig) {
    checkModule("ResidualBranch", params, { config });
    const { dModel, dropout, dropPath = 0, layerScale } = config;
    if (layerScale !== undefined) this.scale = new LayerScale(params.at("scale"), dModel, layerScale);
    this.#dropout = dropout;
    this.#dropPath = dropPath;
  }

  /** @param y [B, L, E]  @param random given while training  @returns [B, L, E] */
  forward(y: tf.Tensor, random: RandomStream | undefined): tf.Tensor3D {
    checkTensor("ResidualBranch.forward", "y", y, "[B, L, E]");
    const dropped = dropout(y, this.#dropout, random);
    return dropPath(this.scale?.forward(dropped) ?? dropped, this.#dropPath, random);
  }
}
