import { checkRecord, checkTensor } from "@qkv/ops";
import {
  appendKeyValue,
  type AttendOptions,
  type AttentionStages,
  type KeyValue,
  MultiHeadAttention,
} from "@qkv/attention";
import type { FusedTransformerLayer } from "@qkv/ops";
import { checkModule, dropout, LayerNorm, type Params, type RandomStream, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { FeedForward } from "./feedForward.ts";
import { fusedLayer } from "./fusedLayer.ts";
import type { TransformerLayerConfig } from "./layerConfig.ts";
import { enter, leave, type NormOrder } from "./normOrder.ts";

/** Who may see whom in a {@link DecoderLayer}, and what is wanted back. */
export interface DecoderLayerOptions {
  /** Which memory positions may be seen. bool, broadcastable to [B, H, Q, K]. */
  readonly memoryMask?: tf.Tensor | undefined;
  /** Which target positions may be seen, besides the causal mask that always holds. Broadcastable to [B, H, Q, K]. */
  readonly mask?: tf.Tensor | undefined;
  /** Given while training. */
  readonly random?: RandomStream | undefined;
  /** Multiplies what each head of the self-attention gives: [H], or [B, H]. 0 switches a head off. */
  readonly headMask?: AttendOptions["headMask"];
  /** The same for the attention to the memory. */
  readonly memoryHeadMask?: AttendOptions["headMask"];
  /** Gives the attention weights back too, or with `"stages"` all that they were made of. */
  readonly returnWeights?: AttendOptions["returnWeights"];
}

/** What a {@link DecoderLayer} gives. */
export interface DecoderLayerOutput {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** What to hand to the next step. */
  readonly past: KeyValue;
  /** [B, H, Q, K], when asked for */
  readonly selfWeights?: tf.Tensor4D;
  /** [B, H, Q, S], when asked for */
  readonly crossWeights?: tf.Tensor4D;
  /** What the weights were made of, with `returnWeights: "stages"` */
  readonly selfStages?: AttentionStages;
  readonly crossStages?: AttentionStages;
}

/** Causal self-attention, attention to a memory, then a feed-forward, each with its norm and its way around. */
export class DecoderLayer {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: LayerNorm;
  readonly crossAttn: MultiHeadAttention;
  readonly crossAttnNorm: LayerNorm;
  readonly ffn: FeedForward;
  readonly ffnNorm: LayerNorm;

  readonly #order: NormOrder;
  readonly #dropout: number;
  readonly #fused: FusedTransformerLayer;

  constructor(params: Params, config: TransformerLayerConfig) {
    checkModule("DecoderLayer", params, { config });
    const norm = { eps: config.layerNormEps };
    this.selfAttn = new MultiHeadAttention(params.at("selfAttn"), config);
    this.selfAttnNorm = new LayerNorm(params.at("selfAttnNorm"), config.dModel, norm);
    this.crossAttn = new MultiHeadAttention(params.at("crossAttn"), config);
    this.crossAttnNorm = new LayerNorm(params.at("crossAttnNorm"), config.dModel, norm);
    this.ffn = new FeedForward(params.at("ffn"), config);
    this.ffnNorm = new LayerNorm(params.at("ffnNorm"), config.dModel, norm);
    this.#order = config.normOrder;
    this.#dropout = config.dropout;
    this.#fused = fusedLayer(this, config.normOrder, true);
  }

  /**
   * Decodes the positions of `x`, which follow the ones that `past` remembers.
   *
   * @param x [B, Q, E]
   * @param memory `crossAttn.project(encoderOutput)`, made once per sentence
   * @param past the previous step's `past`; absent on the first step
   */
  forward(x: tf.Tensor, memory: KeyValue, past?: KeyValue, options: DecoderLayerOptions = {}): DecoderLayerOutput {
    checkTensor("DecoderLayer.forward", "x", x, "[B, T, E]");
    checkRecord("DecoderLayer.forward", "options", options);
    const { memoryMask, mask, headMask, memoryHeadMask, random, returnWeights } = options;
    if ([random, headMask, memoryHeadMask].every((asked) => asked === undefined) && !returnWeights) {
      const fused = this.#fused({
        ...{ x, pastKeys: past?.keys, pastValues: past?.values, mask },
        ...{ memoryKeys: memory.keys, memoryValues: memory.values, memoryMask },
      });
      if (fused) return { output: fused.output, past: { keys: fused.keys, values: fused.values } };
    }
    const both = { random, returnWeights };
    const selfOptions: AttendOptions = { ...both, causal: true, headMask, ...(mask && { mask }) };
    const crossOptions: AttendOptions = { ...both, headMask: memoryHeadMask, ...(memoryMask && { mask: memoryMask }) };
    return tidy(() => {
      let h = enter(x, this.selfAttnNorm, this.#order);
      const seen = appendKeyValue(past, this.selfAttn.project(h));
      const self = this.selfAttn.attend(h, seen, selfOptions);
      let y = leave(x, dropout(self.output, this.#dropout, random), this.selfAttnNorm, this.#order);

      h = enter(y, this.crossAttnNorm, this.#order);
      const cross = this.crossAttn.attend(h, memory, crossOptions);
      y = leave(y, dropout(cross.output, this.#dropout, random), this.crossAttnNorm, this.#order);

      h = enter(y, this.ffnNorm, this.#order);
      y = leave(y, dropout(this.ffn.forward(h, random), this.#dropout, random), this.ffnNorm, this.#order);
      return {
        output: y,
        past: seen,
        ...(self.weights && { selfWeights: self.weights }),
        ...(cross.weights && { crossWeights: cross.weights }),
        ...(self.stages && { selfStages: self.stages }),
        ...(cross.stages && { crossStages: cross.stages }),
      };
    });
  }
}
