import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LlamaJson } from "../sizes.ts";
import { MADE, type Texts } from "../work.ts";

/** Writes the ids that all engines read and make. */
export async function writeTexts(folder: string, config: LlamaJson, promptLength: number): Promise<void> {
  const ids = Array.from({ length: promptLength + MADE }, (_, i) => 1 + ((i * 7919) % (config.vocab_size - 1)));
  const texts: Texts = { prompt: ids.slice(0, promptLength), made: ids.slice(promptLength) };
  await writeFile(join(folder, "ids.json"), JSON.stringify(texts));
}
