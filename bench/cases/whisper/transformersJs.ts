import { basename } from "node:path";
import type { Tensor } from "@huggingface/transformers";
import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import { soundOf, type WhisperWork } from "./work.ts";

export const start: StartEngine<WhisperWork & TransformersJsChoice> = async (options) => {
  const { library, version, openModel } = await loadTransformersJs(options);
  const model = await openModel(library.WhisperForConditionalGeneration);
  const extract = await library.AutoFeatureExtractor.from_pretrained(basename(options.folder));
  const samples = soundOf();

  const run = async () => {
    const { input_features: inputs } = (await extract(samples)) as { input_features: Tensor };
    const sequences = await model.generate({ inputs, max_new_tokens: options.maxNewTokens });
    return Array.from((sequences as Tensor).data as BigInt64Array, Number);
  };
  const result = await run();
  return { version, run, result: () => result, tokens: result.length - 1 };
};
