import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import { readBatches, type TextsWork } from "../../weights/textBatches.ts";
import { scoresByName } from "./scoresByName.ts";

type Scores = { readonly label: string; readonly score: number }[][];

export const start: StartEngine<TextsWork & TransformersJsChoice> = async (options) => {
  const { version, openPipeline } = await loadTransformersJs(options);
  const classify = await openPipeline("text-classification");
  const { first, next } = await readBatches(options);

  const all = async (texts: string[]) => (await classify(texts, { top_k: 2 })) as unknown as Scores;
  return {
    version,
    run: () => all(next()),
    result: async () => scoresByName(await all(first)),
    tokens: options.batch * options.tokens,
  };
};
