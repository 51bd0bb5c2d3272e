import type { Activation } from "@qkv/nn";
import type { ImageModelConfig, Size } from "../imageModel.ts";

/** A Swin Transformer, version 1 (arXiv:2103.14030). */
export interface SwinConfig extends ImageModelConfig {
  readonly patchSize: Size;
  /** E of the first stage; each stage after it is twice as wide. */
  readonly dModel: number;
  /** How many layers each stage has. */
  readonly depths: readonly number[];
  /** How many heads the layers of each stage have. */
  readonly numHeads: readonly number[];
  /** M: the side of a window, in patches. */
  readonly window: number;
  /** The feed-forward's width as a multiple of the model's. */
  readonly ffnRatio: number;
  readonly activation: Activation;
  readonly qkvBias: boolean;
  /** Of the norms in layers and the last one; those of patches are 1e-5. */
  readonly layerNormEps: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  /** The chance of the last layer's branches to be left out while training; the first layer's is 0, those between rise. */
  readonly dropPath: number;
  /** Whether patches have learned positions beside those in windows. */
  readonly absolutePositions: boolean;
  /** The standard deviation that weights start with. */
  readonly initializerRange: number;
}

/** E of a stage. */
export function stageWidth({ dModel }: Pick<SwinConfig, "dModel">, stage: number): number {
  return dModel * 2 ** stage;
}
