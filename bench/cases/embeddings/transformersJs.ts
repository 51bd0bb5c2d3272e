import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import { readBatches, type TextsWork } from "../../weights/textBatches.ts";

export const start: StartEngine<TextsWork & TransformersJsChoice> = async (options) => {
  const { version, openPipeline } = await loadTransformersJs(options);
  const extract = await openPipeline("feature-extraction");
  const { first, next } = await readBatches(options);

  const embed = async (texts: string[]) => {
    const vectors = await extract(texts, { pooling: "mean", normalize: true });
    return vectors.data as Float32Array;
  };
  return {
    version,
    run: () => embed(next()),
    result: async () => [...(await embed(first))],
    tokens: options.batch * options.tokens,
  };
};
