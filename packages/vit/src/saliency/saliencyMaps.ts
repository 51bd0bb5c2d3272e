import type { PatchMap } from "./patchMap.ts";

/** One head of one layer, both counted from 0; left out, the mean of the layer's heads. */
export interface HeadRef {
  readonly layer: number;
  readonly head?: number | undefined;
}

/** Where a classifier looked in one image, from all sides. It holds plain numbers; only `classSaliency` computes anew. */
export interface SaliencyMaps {
  /** How many heads each layer has. */
  readonly heads: readonly number[];
  /**
   * Attention rollout: where the answer came from, or where a patch did. Absent of Swin, whose windows hand on in pieces.
   *
   * @param patch counted row by row from 0
   */
  readonly rollout?: (patch?: number) => PatchMap;
  /**
   * Where one head looked for the answer, or where a patch did in it. Of Swin, which answers from all patches, how much
   * each was looked at.
   *
   * @param patch counted row by row from 0, in the layer's own grid
   */
  head(place: HeadRef, patch?: number): PatchMap;
  /** What spoke for a class: gradient rollout, or of Swin its class activation map. `model` must still be there. */
  classSaliency(label: number): Promise<PatchMap>;
}
