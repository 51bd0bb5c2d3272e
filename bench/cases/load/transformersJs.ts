import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";

export const start: StartEngine<TransformersJsChoice> = async (options) => {
  const { version, MarianMTModel, openModel } = await loadTransformersJs(options);
  return { version, run: async () => (await openModel(MarianMTModel)).dispose() };
};
