import { disposeKeyValues } from "@qkv/attention";
import { LogMel } from "@qkv/audio";
import { tidy } from "@qkv/nn";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { generate, whisper, withMemory } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { soundOf, type WhisperWork } from "./work.ts";

export const start: StartEngine<WhisperWork & BackendChoice> = async ({ folder, maxNewTokens, ...choice }) => {
  await startBackend(choice);
  const { model, spectrogram } = await loadPretrained(modelFolder(folder), { families: [whisper] });
  if (spectrogram === undefined) throw new Error("expected a preprocessor_config.json, got nothing");
  const logMel = new LogMel(spectrogram);
  const samples = soundOf();
  const prompt = [model.config.decoderStartTokenId];

  const run = async () => {
    const { data, numMelBins, frames } = logMel.spectrogram(samples);
    const memory = tidy(() => model.encode(tf.tensor3d(data, [1, numMelBins, frames])));
    const [[sequence] = []] = await generate(withMemory(model, memory), [prompt], { maxNewTokens });
    disposeKeyValues(memory.keyValues);
    return [...(sequence?.ids ?? [])];
  };
  const result = await run();
  return { run, result: () => result, tokens: result.length - 1, profile: () => kernelProfile(run) };
};
