import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { idsFrom, type LlamaWork, MADE, PROMPT } from "./work.ts";

export const start: StartEngine<LlamaWork & BackendChoice> = async ({ folder, task, ...choice }) => {
  await startBackend(choice);
  const { model } = await loadPretrained(modelFolder(folder), { families: [llama] });
  const cache = model.createCache({ capacity: PROMPT + MADE });

  const read = async (ids: readonly number[]) => {
    const { logits } = tf.tidy(() => model.decode(tf.tensor2d([...ids], [1, ids.length], "int32"), { cache }));
    const values = await logits.data();
    logits.dispose();
    return values;
  };
  const prefill = () => {
    cache.truncate(0);
    return read(idsFrom(0, PROMPT));
  };
  const decode = async () => {
    cache.truncate(PROMPT);
    for (let i = 0; i < MADE - 1; i++) await read(idsFrom(PROMPT + i, 1));
    return read(idsFrom(PROMPT + MADE - 1, 1));
  };
  if (task === "decode") await prefill();
  const run = task === "decode" ? decode : prefill;
  return {
    run,
    result: async () => [...(await run())],
    tokens: task === "decode" ? MADE : PROMPT,
    profile: () => kernelProfile(run),
  };
};
