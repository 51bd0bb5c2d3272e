import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";

export const start: StartEngine<TransformersJsChoice> = async (options) => {
  const { library, version, openModel } = await loadTransformersJs(options);
  return { version, run: async () => (await openModel(library.MarianMTModel)).dispose() };
};
