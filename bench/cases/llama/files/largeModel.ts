import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LlamaJson } from "../sizes.ts";
import { ggufFile } from "../work.ts";
import { writeLargeGguf } from "./largeGguf.ts";
import { writeOnnxFiles } from "./onnxFiles.ts";
import { randomWeights } from "./randomWeights.ts";
import { writeTexts } from "./texts.ts";

/** Writes a random model that is too large to be held as floats, in 8 and in 4 bits. */
export async function writeLargeModel(folder: string, config: LlamaJson, promptLength: number): Promise<void> {
  const weights = randomWeights(config);
  for (const format of ["Q8_0", "Q4_0"] as const) {
    await writeLargeGguf(ggufFile({ folder, format }), weights, config, format);
  }
  await writeFile(join(folder, "config.json"), JSON.stringify({ ...config, architectures: ["LlamaForCausalLM"] }));
  await writeTexts(folder, config, promptLength);
  await writeOnnxFiles(folder, weights, config, ["uint8", "q4"]);
}
