import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { centered, ggufFile, type LlamaWork, readTexts } from "./work.ts";

export const start: StartEngine<LlamaWork & BackendChoice> = async ({ folder, format, task, ...choice }) => {
  await startBackend(choice);
  const { model } = await loadPretrained(modelFolder(ggufFile({ folder, format })), { families: [llama] });
  const { prompt, made } = await readTexts(folder);
  const cache = model.createCache({ capacity: prompt.length + made.length });

  const read = async (ids: readonly number[]) => {
    const { logits } = tf.tidy(() => model.decode(tf.tensor2d([...ids], [1, ids.length], "int32"), { cache }));
    const values = await logits.data();
    logits.dispose();
    return values;
  };
  const prefill = () => {
    cache.truncate(0);
    return read(prompt);
  };
  const decode = async () => {
    cache.truncate(prompt.length);
    let logits: ArrayLike<number> = [];
    for (const id of made) logits = await read([id]);
    return logits;
  };
  if (task === "decode") await prefill();
  const run = task === "decode" ? decode : prefill;
  return {
    run,
    result: async () => centered(await run()),
    tokens: task === "decode" ? made.length : prompt.length,
    profile: () => kernelProfile(run),
  };
};
