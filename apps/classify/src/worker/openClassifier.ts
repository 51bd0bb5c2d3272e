import type { LoadModel } from "@qkv/app-shell/worker";
import { type Classifier, createClassifier, createLoader } from "@qkv/pretrained";
import { swin, vit } from "@qkv/vit";
import type { SaliencyMaps } from "@qkv/vit";

const loadPretrained = createLoader([vit, swin]); // the page ships no other family

/** A model that is open, and the saliency maps of the last picture that was explained. */
export interface OpenClassifier {
  readonly classifier: Classifier;
  saliency?: SaliencyMaps;
  dispose(): void;
}

/** Opens a classifier of any kind. */
export const openClassifier: LoadModel<OpenClassifier> = async (files, { signal }) => {
  const pretrained = await loadPretrained(files, { signal });
  const dispose = () => pretrained.model.dispose();
  try {
    return { classifier: createClassifier(pretrained), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
};
