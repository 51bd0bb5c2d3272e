import { checkTensor, denseOf, type Weight } from "@qkv/ops";
import { checkModule, dropout, LayerNorm, normal, type Params, Pass, tidy } from "@qkv/nn";
import { Block, type BlockSpec, stackActivations } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { meanFrom, tokenAt } from "../backbone.ts";
import { patchGrid } from "../grid.ts";
import type { Size } from "../imageModel.ts";
import { PatchEmbedding } from "../patchEmbedding.ts";
import { positionsFor } from "../positionsFor.ts";
import type { Encoded } from "../vitModel.ts";
import type { BeitConfig } from "./config.ts";
import { PatchPositionBias } from "./patchPositionBias.ts";

/** A BEiT below its head. */
export class BeitBackbone {
  readonly patches: PatchEmbedding;
  /** [1, 1, E] */
  readonly classToken: Weight<tf.Rank.R3>;
  /** [1, 1 + N, E]; absent where only distances count */
  readonly positions?: Weight<tf.Rank.R3>;
  /** Of all layers. */
  readonly sharedPositionBias?: PatchPositionBias;
  /** Of each layer; none where they have none of their own. */
  readonly positionBiases: readonly PatchPositionBias[];
  readonly layers: readonly Block[];
  /** Of all tokens, or of the mean of the patches. */
  readonly norm: LayerNorm;
  /** Every activation of a pass, by its path, in its order. */
  readonly activations: readonly string[];

  readonly #config: BeitConfig;

  constructor(params: Params, config: BeitConfig) {
    checkModule("BeitBackbone", params, { config });
    const { dModel, numHeads, numLayers, layerNormEps: eps, meanPooling } = config;
    const init = normal(config.initializerRange);
    const grid = patchGrid({ ...config, stem: [] }, config.imageSize);
    this.patches = new PatchEmbedding(params.at("patches"), config);
    this.classToken = params.embedding<tf.Rank.R3>("classToken", [1, 1, dModel], init);
    if (config.absolutePositions) {
      this.positions = params.embedding<tf.Rank.R3>("positions", [1, 1 + grid[0] * grid[1], dModel], init);
    }
    if (config.sharedBias)
      this.sharedPositionBias = new PatchPositionBias(params.at("sharedPositionBias"), numHeads, grid);
    const blocks = Array.from({ length: numLayers }, (_, i) => beitBlock(config, i));
    this.positionBiases = config.relativeBias
      ? blocks.map((_, i) => new PatchPositionBias(params.at("positionBiases", i), numHeads, grid))
      : [];
    this.layers = blocks.map((spec, i) => new Block(params.at("layers", i), spec));
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps });
    const after = meanPooling ? undefined : ({ kind: "layerNorm", eps } as const);
    this.activations = ["embeddings", ...stackActivations(blocks, after), "pooled"];
    this.#config = config;
  }

  /**
   * The tokens after the last layer, normalized unless their mean is, and the vector of each image.
   *
   * @param pixels [B, C, H, W]; for another size than the model's, positions and distances are interpolated
   */
  forward(pixels: tf.Tensor, pass: Pass = Pass.plain): Required<Encoded> {
    checkTensor("BeitBackbone.forward", "pixels", pixels, "[B, C, H, W]");
    const [batch, , height, width] = pixels.shape as [number, number, number, number];
    const grid = patchGrid({ ...this.#config, stem: [] }, [height, width]);
    return tidy(() => {
      const classToken = tf.tile(denseOf(this.classToken), [batch, 1, 1]);
      const placed = this.#placed(tf.concat([classToken, this.patches.forward(pixels)], 1), grid);
      let x = pass.tap("embeddings", dropout(placed, this.#config.dropout, pass.random) as tf.Tensor3D);
      const shared = this.sharedPositionBias?.forward(grid);
      for (const [i, layer] of this.layers.entries()) {
        const own = this.positionBiases[i]?.forward(grid);
        const bias = own === undefined || shared === undefined ? (own ?? shared) : tf.add(own, shared);
        x = layer.forward(x, { bias }, pass.at("layers", i));
      }
      if (!this.#config.meanPooling) {
        const lastHiddenState = pass.tap("norm", this.norm.forward(x));
        return { lastHiddenState, poolerOutput: pass.tap("pooled", tokenAt(lastHiddenState, 0)) };
      }
      return { lastHiddenState: x, poolerOutput: pass.tap("pooled", this.norm.forward(meanFrom(x, 1))) };
    });
  }

  #placed(x: tf.Tensor, grid: Size): tf.Tensor {
    if (this.positions === undefined) return x;
    const positions = tf.squeeze(denseOf(this.positions), [0]) as tf.Tensor2D;
    const from = patchGrid({ ...this.#config, stem: [] }, this.#config.imageSize);
    return tf.add(x, positionsFor(positions, 1, { from, to: grid, antialias: false }));
  }
}

function beitBlock(config: BeitConfig, layer: number): BlockSpec {
  const { dModel, numHeads, numLayers, ffnDim, activation, layerNormEps, dropout, attentionDropout } = config;
  return {
    dModel,
    norm: { kind: "layerNorm", eps: layerNormEps, placement: "pre" },
    selfAttn: { numHeads, bias: { q: true, k: false, v: true, out: true }, dropout: attentionDropout },
    ffn: { kind: "mlp", dim: ffnDim, activation },
    dropout,
    dropPath: (config.dropPath * layer) / Math.max(numLayers - 1, 1),
    layerScale: config.layerScale,
    init: normal(config.initializerRange),
  };
}
