import { checkRecord, checkTensor } from "@qkv/ops";
import { type AttendOptions, type AttentionStages, MultiHeadAttention } from "@qkv/attention";
import type { FusedTransformerLayer } from "@qkv/ops";
import { checkModule, LayerNorm, type Params, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { FeedForward } from "./feedForward.ts";
import { fusedLayer } from "./fusedLayer.ts";
import type { TransformerLayerConfig } from "./layerConfig.ts";
import { enter, leave, type NormOrder } from "./normOrder.ts";
import { ResidualBranch } from "./residualBranch.ts";
import { SwiGluFeedForward } from "./swiGluFeedForward.ts";

/** What an {@link EncoderLayer} gives. */
export interface EncoderLayerOutput {
  /** [B, L, E] */
  readonly output: tf.Tensor3D;
  /** [B, H, L, L], when asked for */
  readonly selfWeights?: tf.Tensor4D | undefined;
  /** What the weights were made of, with `returnWeights: "stages"` */
  readonly selfStages?: AttentionStages;
}

/** Self-attention, then a feed-forward, each with its norm and its way around. */
export class EncoderLayer {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: LayerNorm;
  readonly selfAttnBranch: ResidualBranch;
  readonly ffn: FeedForward | SwiGluFeedForward;
  readonly ffnNorm: LayerNorm;
  readonly ffnBranch: ResidualBranch;

  readonly #order: NormOrder;
  readonly #fused: FusedTransformerLayer;

  constructor(params: Params, config: TransformerLayerConfig) {
    checkModule("EncoderLayer", params, { config });
    const norm = { eps: config.layerNormEps };
    const bias = config.attentionBias ?? true;
    this.selfAttn = new MultiHeadAttention(params.at("selfAttn"), { ...config, bias });
    this.selfAttnNorm = new LayerNorm(params.at("selfAttnNorm"), config.dModel, norm);
    this.selfAttnBranch = new ResidualBranch(params.at("selfAttnBranch"), config);
    const ffn = config.swiGlu
      ? new SwiGluFeedForward(params.at("ffn"), config)
      : new FeedForward(params.at("ffn"), config);
    this.ffn = ffn;
    this.ffnNorm = new LayerNorm(params.at("ffnNorm"), config.dModel, norm);
    this.ffnBranch = new ResidualBranch(params.at("ffnBranch"), config);
    this.#order = config.normOrder;
    this.#fused = ffn instanceof FeedForward ? fusedLayer({ ...this, ffn }, config.normOrder, false) : () => undefined;
  }

  /**
   * The layer's output, and its weights if they are asked for.
   *
   * @param x [B, L, E]
   * @param options which positions may see which
   */
  forward(x: tf.Tensor, options: AttendOptions = {}): EncoderLayerOutput {
    checkTensor("EncoderLayer.forward", "x", x, "[B, L, E]");
    checkRecord("EncoderLayer.forward", "options", options);
    const { random, mask, causal, bias, headMask, weightChange, returnWeights } = options;
    if ([random, bias, headMask, weightChange].every((asked) => asked === undefined) && !causal && !returnWeights) {
      const fused = this.#fused({ x, mask });
      if (fused) {
        tf.dispose([fused.keys, fused.values]);
        return { output: fused.output };
      }
    }
    return tidy(() => {
      let h = enter(x, this.selfAttnNorm, this.#order);
      const attended = this.selfAttn.forward(h, h, options);
      let y = leave(x, this.selfAttnBranch.forward(attended.output, random), this.selfAttnNorm, this.#order);

      h = enter(y, this.ffnNorm, this.#order);
      y = leave(y, this.ffnBranch.forward(this.ffn.forward(h, random), random), this.ffnNorm, this.#order);
      return {
        output: y,
        ...(attended.weights && { selfWeights: attended.weights }),
        ...(attended.stages && { selfStages: attended.stages }),
      };
    });
  }
}
