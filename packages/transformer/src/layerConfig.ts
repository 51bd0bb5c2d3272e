import type { Activation, Initializer } from "@qkv/nn";
import type { NormOrder } from "./normOrder.ts";

/** What an encoder or decoder layer is made of. */
export interface TransformerLayerConfig {
  readonly dModel: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normOrder: NormOrder;
  readonly layerNormEps: number;
  /** Chance of dropping a value of a sublayer's output while training. */
  readonly dropout: number;
  /** The same for attention weights. */
  readonly attentionDropout: number;
  /** The same for what the feed-forward's activation gives. */
  readonly activationDropout: number;
  /** How weight matrices start. Default Xavier's uniform. */
  readonly init?: Initializer;
}
