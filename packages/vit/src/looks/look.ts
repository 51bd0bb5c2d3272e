import { checkRecord } from "@qkv/ops";
import type { PixelValues } from "../image/preprocessImages.ts";
import { DistilledVitClassifier } from "../distilledVitClassifier.ts";
import type { ImageClassifier } from "../imageModel.ts";
import { SwinClassifier } from "../swin/swinClassifier.ts";
import { VitClassifier } from "../vitClassifier.ts";
import type { PatchMap } from "./patchMap.ts";
import { swinLook } from "./swinLook.ts";
import { vitLook } from "./vitLook.ts";

/** One head of one layer, both counted from 0; left out, the mean of the layer's heads. */
export interface HeadPlace {
  readonly layer: number;
  readonly head?: number | undefined;
}

/** Where a classifier looked in one image, from all sides. It holds plain numbers; only `evidence` computes anew. */
export interface Look {
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
  head(place: HeadPlace, patch?: number): PatchMap;
  /** What spoke for a class: gradient rollout, or of Swin its class activation map. `model` must still be there. */
  evidence(label: number): Promise<PatchMap>;
}

/**
 * Runs a classifier on one image and keeps where it looked.
 *
 * @param image what `preprocessImages` gives of one image
 * @throws RangeError if there are several, or the model is of another kind
 */
export async function lookAt(model: ImageClassifier, image: PixelValues): Promise<Look> {
  checkRecord("lookAt", "model", model);
  if (image.shape[0] !== 1) throw new RangeError(`lookAt: expected one image, got ${image.shape[0]}`);
  if (model instanceof SwinClassifier) return swinLook(model, image);
  if (model instanceof VitClassifier || model instanceof DistilledVitClassifier) return vitLook(model, image);
  throw new RangeError("lookAt: expected a ViT, a DeiT or a Swin, got another model");
}
