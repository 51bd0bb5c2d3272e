import { loadTransformersJs, type TransformersJsChoice } from "../../backends/transformersJs.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { OnnxDtype } from "./onnx/products.ts";
import { centered, type LlamaWork, readTexts } from "./work.ts";

export const start: StartEngine<LlamaWork & TransformersJsChoice & { dtype: OnnxDtype }> = async (options) => {
  const { library, version, openModel } = await loadTransformersJs(options);
  const { Tensor, LlamaForCausalLM } = library;
  const model = await openModel(LlamaForCausalLM, options.dtype);
  const { prompt, made } = await readTexts(options.folder);
  type Values = Record<string, InstanceType<typeof Tensor>>;
  type Step = { readonly logits: Float32Array; readonly past: Values | null };

  /** Reads more ids after `length` others. */
  const read = async (ids: readonly number[], past: Values | null, length: number): Promise<Step> => {
    const ofLength = (values: BigInt64Array) => new Tensor("int64", values, [1, values.length]);
    const outputs = (await model({
      input_ids: ofLength(BigInt64Array.from(ids, BigInt)),
      attention_mask: ofLength(new BigInt64Array(length + ids.length).fill(1n)),
      past_key_values: past,
    })) as Values;
    const { logits, ...present } = outputs;
    const entries = Object.entries(present).map(([name, tensor]) => [
      name.replace("present", "past_key_values"),
      tensor,
    ]);
    return { logits: logits?.data as Float32Array, past: Object.fromEntries(entries) };
  };
  const prefill = () => read(prompt, null, 0);
  const after = options.task === "decode" ? (await prefill()).past : null;
  const decode = async () => {
    let last: Step = { past: after, logits: new Float32Array(0) };
    for (const [i, id] of made.entries()) last = await read([id], last.past, prompt.length + i);
    return last.logits;
  };
  const run = options.task === "decode" ? decode : async () => (await prefill()).logits;
  return {
    version,
    run,
    result: async () => centered(await run()),
    tokens: options.task === "decode" ? made.length : prompt.length,
  };
};
