import type { MultiHeadAttentionConfig } from "@qkv/attention";
import type { Activation, Initializer } from "@qkv/nn";
import type { NormOrder } from "./normOrder.ts";

/** What an encoder or decoder layer is made of. */
export interface TransformerLayerConfig {
  readonly dModel: number;
  readonly numHeads: number;
  /** The width of a head in an encoder layer. Default dModel / numHeads. */
  readonly headDim?: number | undefined;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether an encoder layer's feed-forward is gated (`SwiGluFeedForward`), without the activation. Default false. */
  readonly swiGlu?: boolean | undefined;
  readonly normOrder: NormOrder;
  readonly layerNormEps: number;
  /** Chance of dropping a value of a sublayer's output while training. */
  readonly dropout: number;
  /** The same for attention weights. */
  readonly attentionDropout: number;
  /** The same for what the feed-forward's activation gives. */
  readonly activationDropout: number;
  /** Which projections of an encoder layer's attention have a bias. Default all. */
  readonly attentionBias?: MultiHeadAttentionConfig["bias"];
  /** What the factors of layer scale start from, in an encoder layer. Default no layer scale. */
  readonly layerScale?: number | undefined;
  /** Chance of an encoder layer's residual branch to be left out of an example while training. Default 0. */
  readonly dropPath?: number;
  /** How weight matrices start. Default Xavier's uniform. */
  readonly init?: Initializer;
}
