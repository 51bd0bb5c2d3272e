import { existsSync } from "node:fs";
import path from "node:path";
import { loadPretrained, type ModelFiles } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import type { Tokenizer } from "@qkv/tokenizers";
import { marian, type MarianModel } from "@qkv/transformer";
import { openModelFiles } from "../openModelFiles.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";
import { restarted } from "./restarted.ts";

/** What is to be another than in the model that a run goes on from. */
export interface StartingChanges {
  /** A vocabulary in place of the model's own. */
  readonly tokenizer?: (() => Promise<Tokenizer>) | undefined;
  /** The share of activations that is dropped. */
  readonly dropout?: number | undefined;
  /** New vectors follow from it. */
  readonly seed: number;
}

/**
 * The trained model that a run goes on from, with its tokenizer or another. It is copied into the run's folder as `start/`, so that
 * the run can be resumed whatever becomes of the model.
 *
 * @throws UsageError if it is no Marian model with one vocabulary for both languages
 */
export async function startingModel(
  startFrom: string,
  folder: string,
  changes: StartingChanges,
): Promise<{ readonly model: MarianModel; readonly tokenizer: Tokenizer }> {
  const kept = path.join(folder, "start");
  if (!existsSync(path.join(kept, "model.safetensors"))) {
    const original = await open(await openModelFiles(startFrom, "startFrom"), startFrom);
    try {
      await keep(original, changes, kept);
    } finally {
      original.model.dispose();
    }
  }
  return open(modelFolder(kept), startFrom);
}

async function keep(
  original: { readonly model: MarianModel; readonly tokenizer: Tokenizer },
  { tokenizer: other, dropout = original.model.config.dropout, seed }: StartingChanges,
  kept: string,
): Promise<void> {
  const tokenizer = (await other?.()) ?? original.tokenizer;
  const model = await restarted(original.model, original.tokenizer, { tokenizer, dropout, seed });
  try {
    await savePretrained(kept, { model, tokenizer, dtype: "F32" });
  } finally {
    model.dispose();
  }
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
