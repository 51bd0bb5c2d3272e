import { initBackend } from "@qkv/backend";
import { savePretrained } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";
import { randomParams } from "./randomParams.ts";

/** Writes the folder of a Marian model with random weights; `config` is in Hugging Face's names. */
export async function writeMarianFolder(folder: string, config: Readonly<Record<string, unknown>>): Promise<void> {
  await initBackend("cpu");
  const model = marian.build(randomParams(), marian.parseConfig({ model_type: "marian", ...config }));
  try {
    await savePretrained(folder, { model });
  } finally {
    model.dispose();
  }
}
