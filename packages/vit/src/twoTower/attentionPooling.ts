import { MultiHeadAttention } from "@qkv/attention";
import { checkTensor, denseOf, type Weight } from "@qkv/ops";
import { checkModule, LayerNorm, type Params, Pass, xavierUniform } from "@qkv/nn";
import { FeedForward } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { tokenAt } from "../backbone.ts";
import { towerInit } from "./blocks.ts";
import type { VisionTowerConfig } from "./config.ts";

/** Pools patches by the attention of a learned query, then a feed-forward (arXiv:2106.04560, section 3.3; SigLIP). */
export class AttentionPooling {
  /** [1, 1, E] */
  readonly probe: Weight<tf.Rank.R3>;
  readonly attention: MultiHeadAttention;
  readonly norm: LayerNorm;
  readonly ffn: FeedForward;

  constructor(params: Params, config: VisionTowerConfig) {
    checkModule("AttentionPooling", params, { config });
    const { dModel, numHeads, ffnDim, activation, layerNormEps } = config;
    const init = towerInit(config);
    this.probe = params.embedding<tf.Rank.R3>("probe", [1, 1, dModel], xavierUniform);
    this.attention = new MultiHeadAttention(params.at("attention"), { dModel, numHeads, ...init });
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps: layerNormEps });
    this.ffn = new FeedForward(params.at("ffn"), { dModel, ffn: { kind: "mlp", dim: ffnDim, activation }, ...init });
  }

  /** @param x [B, N, E]  @returns [B, E] */
  forward(x: tf.Tensor3D, pass: Pass = Pass.plain): tf.Tensor2D {
    checkTensor("AttentionPooling.forward", "x", x, "[B, N, E]");
    return tf.tidy(() => {
      const probe = tf.tile(denseOf(this.probe), [x.shape[0], 1, 1]);
      const found = this.attention.forward(probe, x, {}, pass.at("attention"));
      const fed = this.ffn.forward(this.norm.forward(found), pass.at("ffn"));
      return pass.output(tokenAt(tf.add(found, fed), 0));
    });
  }
}
