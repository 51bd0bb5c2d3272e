import type { PatchMap } from "./patchMap.ts";

/** One head of one layer, both counted from 0; left out, the mean of the layer's heads. */
export interface HeadRef {
  readonly layer: number;
  readonly head?: number | undefined;
}

/** Saliency maps of a classifier for one image. It holds plain numbers; only `classSaliency` computes anew. */
export interface SaliencyMaps {
  /** The number of heads of each layer. */
  readonly heads: readonly number[];
  /**
   * Attention rollout of the prediction, or of a patch. Absent for Swin, whose attention stays within windows.
   *
   * @param patch counted row by row from 0
   */
  readonly rollout?: (patch?: number) => PatchMap;
  /**
   * The attention map of one head for the prediction, or for a patch. Of Swin, which predicts from all patches, the
   * attention that each patch receives.
   *
   * @param patch counted row by row from 0, in the layer's own grid
   */
  head(place: HeadRef, patch?: number): PatchMap;
  /** The saliency map of a class: gradient rollout, or for Swin its class activation map. `model` must not be disposed of. */
  classSaliency(label: number): Promise<PatchMap>;
}
