import type { Activation } from "@qkv/nn";
import type { ImageModelConfig, Size } from "../imageModel.ts";

/** Config of a Swin Transformer, version 1 (arXiv:2103.14030). */
export interface SwinConfig extends ImageModelConfig {
  readonly modelType: "swin";
  readonly patchSize: Size;
  /** E of the first stage; each stage after it is twice as wide. */
  readonly dModel: number;
  /** The number of layers of each stage. */
  readonly depths: readonly number[];
  /** The number of heads of each stage's layers. */
  readonly numHeads: readonly number[];
  /** M: the side of a window, in patches. */
  readonly window: number;
  /** The feed-forward's width as a multiple of the model's. */
  readonly ffnRatio: number;
  readonly activation: Activation;
  readonly qkvBias: boolean;
  /** Epsilon of the norms in layers and the last one; that of patch norms is 1e-5. */
  readonly layerNormEps: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  /** The drop probability of the last layer's branches in training (stochastic depth); it rises from 0 at the first layer. */
  readonly dropPath: number;
  /** Whether patches have learned positions beside those in windows. */
  readonly absolutePositions: boolean;
  /** The standard deviation of the initial weights. */
  readonly initializerRange: number;
}

/** E of a stage. */
export function stageWidth({ dModel }: Pick<SwinConfig, "dModel">, stage: number): number {
  return dModel * 2 ** stage;
}
