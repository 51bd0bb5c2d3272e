import * as tf from "@tensorflow/tfjs-core";

/**
 * What the heads of a model's layers are multiplied by, [layers][H]: 1 leaves a head as it is, 0 switches it off ("Are
 * Sixteen Heads Really Better than One?", arXiv:1905.10650). A layer or a kind that is left out stays whole.
 */
export interface HeadMasks {
  readonly encoder?: LayerHeads | undefined;
  /** The decoder's attention to itself. */
  readonly decoder?: LayerHeads | undefined;
  /** The decoder's attention to the source. */
  readonly cross?: LayerHeads | undefined;
}

/** [layers][H]; undefined for a layer that stays whole */
export type LayerHeads = readonly (readonly number[] | undefined)[];

/** [H], or nothing if the layer stays whole: then it may run as one kernel. */
export function headMaskOf(heads: LayerHeads | undefined, layer: number): tf.Tensor1D | undefined {
  const mask = heads?.[layer];
  return mask?.every((factor) => factor === 1) ? undefined : mask && tf.tensor1d([...mask]);
}
