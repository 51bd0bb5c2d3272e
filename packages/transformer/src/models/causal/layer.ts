import { checkRecord, checkTensor } from "@qkv/ops";
import {
  appendKeyValue,
  type AttendOptions,
  type AttentionStages,
  type KeyValue,
  lastKeyValues,
  lengthOf,
  MultiHeadAttention,
  RotaryPositions,
  type TokenPositions,
} from "@qkv/attention";
import type { FusedTransformerLayer } from "@qkv/ops";
import { checkModule, dropout, LayerNorm, normal, type Params, type RandomStream, RMSNorm, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { FeedForward } from "../../layers/feedForward.ts";
import { fusedLayer } from "../../layers/fusedLayer.ts";
import { GatedFeedForward } from "../../layers/gatedFeedForward.ts";
import type { CausalConfig } from "./config.ts";

/** Who may see whom in a {@link CausalLayer}, and what is wanted back. */
export interface CausalLayerOptions extends Pick<AttendOptions, "headMask" | "returnWeights">, TokenPositions {
  /** [B, 1, 1, K] bool, of all keys so far: also of those that a window keeps no longer. */
  readonly mask?: tf.Tensor4D | undefined;
  /** Given while training. */
  readonly random?: RandomStream | undefined;
}

/** What a {@link CausalLayer} gives. */
export interface CausalLayerOutput {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** What to hand to the next step. */
  readonly past: KeyValue;
  /** [B, H, Q, K], when asked for */
  readonly weights?: tf.Tensor4D;
  /** What the weights were made of, with `returnWeights: "stages"` */
  readonly stages?: AttentionStages;
}

/** A layer of a decoder-only model: causal self-attention, then a feed-forward, each after its norm. */
export class CausalLayer {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: LayerNorm | RMSNorm;
  readonly ffn: FeedForward | GatedFeedForward;
  readonly ffnNorm: LayerNorm | RMSNorm;

  readonly #dropout: number;
  readonly #window: number | undefined;
  readonly #fused: FusedTransformerLayer;

  /** @param index the layer's place in the model, from 0 */
  constructor(params: Params, config: CausalConfig, index = 0) {
    checkModule("CausalLayer", params, { config });
    const { dModel, norm, normEps: eps, qkNorm, attentionBias, ffnBias, rotary } = config;
    const init = normal(config.initializerRange);
    const Norm = norm === "layerNorm" ? LayerNorm : RMSNorm;
    this.selfAttn = new MultiHeadAttention(params.at("selfAttn"), {
      ...{ ...config, bias: attentionBias, init },
      ...{ qkNorm: qkNorm ? { kind: norm, eps } : undefined, rotary: rotary && new RotaryPositions(rotary) },
      scale: scaleOf(config, index),
    });
    this.selfAttnNorm = new Norm(params.at("selfAttnNorm"), dModel, { eps });
    this.ffn = config.gated
      ? new GatedFeedForward(params.at("ffn"), { ...config, bias: ffnBias, init })
      : new FeedForward(params.at("ffn"), { ...config, activationDropout: 0, init });
    this.ffnNorm = new Norm(params.at("ffnNorm"), dModel, { eps });
    this.#dropout = config.dropout;
    this.#window = config.windows?.[index] ?? undefined;
    const { selfAttn, selfAttnNorm, ffn, ffnNorm } = this;
    this.#fused =
      selfAttnNorm instanceof LayerNorm && ffnNorm instanceof LayerNorm && ffn instanceof FeedForward
        ? fusedLayer({ selfAttn, selfAttnNorm, ffn, ffnNorm }, "pre", true)
        : () => undefined;
  }

  /**
   * Reads the positions of `x`, which follow the ones that `past` remembers.
   *
   * @param x [B, Q, E]
   * @param past the previous step's `past`; absent on the first step
   */
  forward(x: tf.Tensor, past?: KeyValue, options: CausalLayerOptions = {}): CausalLayerOutput {
    checkTensor("CausalLayer.forward", "x", x, "[B, L, E]");
    checkRecord("CausalLayer.forward", "options", options);
    const { headMask, random, returnWeights, positions, span } = options;
    const mask = options.mask && visibleOf(options.mask, past);
    if (random === undefined && headMask === undefined && !returnWeights) {
      const fused = this.#fused({ x, pastKeys: past?.keys, pastValues: past?.values, mask });
      if (fused) return { output: fused.output, past: { keys: fused.keys, values: fused.values } };
    }
    return tidy(() => {
      const offset = past === undefined ? 0 : lengthOf(past);
      const h = this.selfAttnNorm.forward(x);
      const seen = appendKeyValue(past, this.selfAttn.project(h, { offset, positions, span }));
      const attended = this.selfAttn.attend(h, seen, { ...options, mask, causal: true, window: this.#window });
      const y = tf.add(x, dropout(attended.output, this.#dropout, random)) as tf.Tensor3D;
      const fed = this.ffn.forward(this.ffnNorm.forward(y));
      return {
        output: tf.add(y, dropout(fed, this.#dropout, random)) as tf.Tensor3D,
        // The next query sees itself and what is left of its window.
        past: this.#window === undefined ? seen : lastKeyValues(seen, this.#window - 1),
        ...(attended.weights && { weights: attended.weights }),
        ...(attended.stages && { stages: attended.stages }),
      };
    });
  }
}

/** What scores are multiplied by; undefined for the usual. */
function scaleOf({ headDim, scaleScores = true, scaleScoresByLayer = false }: CausalConfig, index: number) {
  if (scaleScores && !scaleScoresByLayer) return undefined;
  return (scaleScores ? headDim ** -0.5 : 1) / (scaleScoresByLayer ? index + 1 : 1);
}

/** The mask of the keys that are still there. */
function visibleOf(mask: tf.Tensor4D, past: KeyValue | undefined): tf.Tensor4D {
  const dropped = past?.dropped ?? 0;
  const [batch, , , keys] = mask.shape;
  return dropped === 0 ? mask : tf.slice(mask, [0, 0, 0, dropped], [batch, 1, 1, keys - dropped]);
}
