import { checkRecord } from "@qkv/ops";
import type { PixelValues } from "../image/preprocessImages.ts";
import { DistilledVitClassifier } from "../distilledVitClassifier.ts";
import type { ImageClassifier } from "../imageModel.ts";
import { SwinClassifier } from "../swin/swinClassifier.ts";
import { VitClassifier } from "../vitClassifier.ts";
import type { SaliencyMaps } from "./saliencyMaps.ts";
import { swinSaliency } from "./swinSaliency.ts";
import { vitSaliency } from "./vitSaliency.ts";

/**
 * Runs a classifier on one image and returns its saliency maps.
 *
 * @param image the result of `preprocessImages` for one image
 * @throws RangeError if there are several, or the model is of another kind
 */
export async function explainPrediction(model: ImageClassifier, image: PixelValues): Promise<SaliencyMaps> {
  checkRecord("explainPrediction", "model", model);
  if (image.shape[0] !== 1) throw new RangeError(`explainPrediction: expected one image, got ${image.shape[0]}`);
  if (model instanceof SwinClassifier) return swinSaliency(model, image);
  if (model instanceof VitClassifier || model instanceof DistilledVitClassifier) return vitSaliency(model, image);
  throw new RangeError("explainPrediction: expected a ViT, a DeiT or a Swin, got another model");
}
