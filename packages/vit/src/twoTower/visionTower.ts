import { ATTENTION_ACTIVATIONS } from "@qkv/attention";
import { checkModule, LayerNorm, type Params, Pass, tidy } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import { type Block, Stack, stackActivations } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { tokenAt } from "../backbone.ts";
import type { Encoded } from "../vitModel.ts";
import { AttentionPooling } from "./attentionPooling.ts";
import { towerBlocks, towerNorm } from "./blocks.ts";
import type { VisionTowerConfig } from "./config.ts";
import { VisionEmbeddings } from "./visionEmbeddings.ts";

/** A tower that reads images: CLIP's (arXiv:2103.00020) or SigLIP's (arXiv:2303.15343). */
export class VisionTower {
  readonly embeddings: VisionEmbeddings;
  /** Before the blocks, with a class token. */
  readonly preNorm?: LayerNorm;
  readonly layers: readonly Block[];
  /** Of the class token's vector, or of all patches. */
  readonly norm: LayerNorm;
  /** Absent unless a learned query pools. */
  readonly head?: AttentionPooling;
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];
  /** Those of {@link encode}. */
  readonly tokenActivations: readonly string[];

  readonly #stack: Stack;

  constructor(params: Params, config: VisionTowerConfig) {
    checkModule("VisionTower", params, { config });
    const { dModel, layerNormEps: eps, pooling } = config;
    const [blocks, norm] = [towerBlocks(config, false), towerNorm(config)];
    this.embeddings = new VisionEmbeddings(params.at("embeddings"), config);
    if (pooling === "class") this.preNorm = new LayerNorm(params.at("preNorm"), dModel, { eps });
    this.#stack = new Stack(params, blocks);
    this.layers = this.#stack.layers;
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps });
    if (pooling === "attention") this.head = new AttentionPooling(params.at("head"), config);
    const inHead = [
      ...ATTENTION_ACTIVATIONS.map((name) => `attention.${name}`),
      "attention",
      "ffn.preActivation",
      "ffn.hidden",
      "ffn",
    ];
    this.tokenActivations = ["embeddings", ...stackActivations(blocks, pooling === "class" ? undefined : norm)];
    this.activations = [
      ...this.tokenActivations,
      ...(pooling === "attention" ? inHead.map((name) => `head.${name}`) : []),
      ...(pooling === "none" ? [] : [pooling === "class" ? "pooled" : "head"]),
    ];
  }

  /**
   * The tokens after the last layer, and the vector of each image if the tower makes one.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): Encoded {
    checkTensor("VisionTower.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return tidy(() => {
      const lastHiddenState = this.encode(pixels, pass);
      if (this.preNorm !== undefined) {
        return { lastHiddenState, poolerOutput: pass.tap("pooled", this.norm.forward(tokenAt(lastHiddenState, 0))) };
      }
      const poolerOutput = this.head?.forward(lastHiddenState, pass.at("head"));
      return { lastHiddenState, ...(poolerOutput && { poolerOutput }) };
    });
  }

  /**
   * The tokens after the last layer, without a vector of each image: [B, L, E].
   *
   * @param pixels [B, C, H, W]
   */
  encode(pixels: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("VisionTower.encode", "pixels", pixels, "[B, C, H, W]", "float32");
    return tf.tidy(() => {
      const embedded = this.embeddings.forward(pixels);
      const x = pass.tap("embeddings", this.preNorm?.forward(embedded) ?? embedded);
      const y = this.#stack.forward(x as tf.Tensor3D, {}, pass);
      return this.preNorm === undefined ? pass.tap("norm", this.norm.forward(y)) : y;
    });
  }
}
