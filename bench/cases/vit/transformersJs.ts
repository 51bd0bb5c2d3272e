import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import { pixelValues } from "./pixels.ts";

export const start: StartEngine<TransformersJsChoice> = async (options) => {
  const { library, version, openModel } = await loadTransformersJs(options);
  const { Tensor, ViTForImageClassification } = library;
  const model = await openModel(ViTForImageClassification);
  const pixels = new Tensor("float32", pixelValues(), [1, 3, 224, 224]);
  const run = async () => ((await model({ pixel_values: pixels })) as { logits: { data: Float32Array } }).logits.data;
  return { version, run, result: async () => [...(await run())] };
};
