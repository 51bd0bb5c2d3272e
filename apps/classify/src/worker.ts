// All tensor work of the page, so that the page never waits for it.
import { hostApi, ModelHost, serveWorker, zipFolder } from "@qkv/app-shell/worker";
import type { LabelScore } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import { decodeImage } from "@qkv/vit";
import { explain, heatOf, type SaliencyRequest } from "./worker/saliencyMaps.ts";
import { openClassifier } from "./worker/openClassifier.ts";
import { type ClassExamples, trainClassifier, type TrainingProgress } from "./worker/trainClassifier.ts";

/** What a model says of a picture. */
export interface Answer {
  /** All classes, the likeliest first. */
  readonly labels: readonly LabelScore[];
  /** Whether the scores are bare numbers and no probabilities. */
  readonly bare: boolean;
  /** How long the model took, in milliseconds; without reading the file. */
  readonly ms: number;
}

const host = new ModelHost(openClassifier);

const api = {
  ...hostApi(host),
  /** The names of all that the open model can tell apart, as they may be shown. */
  labels: () =>
    host.run(({ classifier }) => Promise.resolve(classifier.model.config.labels.map((label) => printable(label)))),
  classify: (file: Blob) =>
    host.run(async ({ classifier }, signal): Promise<Answer> => {
      const pixels = await decodeImage(file);
      const start = performance.now();
      const labels = await classifier.classify(pixels, { signal });
      const ms = performance.now() - start;
      return {
        labels: labels.map(({ label, score }) => ({ label: printable(label), score })),
        bare: classifier.scoring === "none",
        ms,
      };
    }),
  explain: (file: Blob) => host.run((open) => explain(open, file)),
  heat: (request: SaliencyRequest) => host.run((open) => heatOf(open, request)),
  train: (classExamples: readonly ClassExamples[], onProgress: (progress: TrainingProgress) => void) =>
    host.run((open, signal) => trainClassifier(open, classExamples, { signal, onProgress })),
  /** Files as one archive, in a folder of that name. */
  zip: async (folder: string, files: readonly File[]) => {
    const entries = files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const);
    return zipFolder(folder, new Map(await Promise.all(entries)));
  },
};

/** What the page may ask for. */
export type WorkerApi = typeof api;

serveWorker(api);
