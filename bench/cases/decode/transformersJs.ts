import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import { type DecodeWork, readSources } from "./work.ts";

export const start: StartEngine<DecodeWork & TransformersJsChoice> = async (options) => {
  const { library, version, openModel } = await loadTransformersJs(options);
  const { Tensor, MarianMTModel, T5ForConditionalGeneration } = library;
  const model = await openModel(options.family === "t5" ? T5ForConditionalGeneration : MarianMTModel);
  const { ids: sources, maxNewTokens } = await readSources(options.folder);

  const run = async () => {
    const made: number[][] = [];
    for (const ids of sources) {
      const shape = [1, ids.length];
      const sequences = await model.generate({
        inputs: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
        max_new_tokens: maxNewTokens,
      });
      made.push(Array.from((sequences as InstanceType<typeof Tensor>).data as BigInt64Array, Number));
    }
    return made;
  };
  const result = (await run()).flat();
  return { version, run, result: () => result, tokens: result.length - sources.length };
};
