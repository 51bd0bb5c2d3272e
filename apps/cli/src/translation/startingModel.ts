import { existsSync } from "node:fs";
import path from "node:path";
import { loadPretrained, type ModelFiles } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import type { Tokenizer } from "@qkv/tokenizers";
import { marian, type MarianModel } from "@qkv/transformer";
import { openModelFiles } from "../openModelFiles.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";

/**
 * The trained model that a run goes on from, with its tokenizer. It is copied into the run's folder as `start/`, so that
 * the run can be resumed whatever becomes of the model.
 *
 * @throws UsageError if it is no Marian model with one vocabulary for both languages
 */
export async function startingModel(
  startFrom: string,
  folder: string,
): Promise<{ readonly model: MarianModel; readonly tokenizer: Tokenizer }> {
  const kept = path.join(folder, "start");
  if (!existsSync(path.join(kept, "model.safetensors"))) {
    const original = await open(await openModelFiles(startFrom, "startFrom"), startFrom);
    await savePretrained(kept, { ...original, dtype: "F32" });
    original.model.dispose();
  }
  return open(modelFolder(kept), startFrom);
}

async function open(files: ModelFiles, startFrom: string) {
  const { model, tokenizer } = await loadPretrained(files, {
    families: [marian],
    dtype: "float32",
    ...tokenizerOptions(),
  });
  if (tokenizer !== undefined) return { model, tokenizer };
  model.dispose();
  throw new UsageError(`startFrom: expected a model with a tokenizer, got ${startFrom} without one`);
}
