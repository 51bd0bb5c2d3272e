// All tensor work of the page, so that the page never waits for it.
import { type LoadModel, ModelHost, serveWork } from "@qkv/app-shell/worker";
import { type Classifier, createClassifier, type LabelScore, loadPretrained } from "@qkv/pretrained";
import { decodeImage } from "@qkv/vit";

/** What a model says of a picture. */
export interface Answer {
  /** All classes, the likeliest first. */
  readonly labels: readonly LabelScore[];
  /** How long the model took, in milliseconds; without reading the file. */
  readonly ms: number;
}

interface OpenModel {
  readonly classifier: Classifier;
  dispose(): void;
}

const load: LoadModel<OpenModel> = async (files, { signal }) => {
  const pretrained = await loadPretrained(files, { signal });
  const dispose = () => pretrained.model.dispose();
  try {
    return { classifier: createClassifier(pretrained), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
};

const host = new ModelHost(load);

const api = {
  status: () => host.status(),
  switchBackend: host.switchBackend.bind(host),
  open: host.open.bind(host),
  cancel: () => host.cancel(),
  /** The names of all that the open model can tell apart. */
  labels: () => host.run(({ classifier }) => Promise.resolve(classifier.model.config.labels)),
  classify: (file: Blob) =>
    host.run(async ({ classifier }, signal): Promise<Answer> => {
      const pixels = await decodeImage(file);
      const start = performance.now();
      const labels = await classifier.classify(pixels, { signal });
      return { labels, ms: performance.now() - start };
    }),
};

/** What the page may ask for. */
export type Work = typeof api;

serveWork(api);
