import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { loadPretrained, quantize, type QuantizationFormat } from "@qkv/pretrained";
import { modelFolder, saveGguf, savePretrained } from "@qkv/pretrained/node";
import { fromVocabAndMerges } from "@qkv/tokenizers";
import { llama } from "@qkv/transformer";
import { randomParams } from "../../../weights/randomParams.ts";
import { readWeights } from "../../../weights/weightFile.ts";
import type { LlamaJson } from "../sizes.ts";
import { ggufFile } from "../work.ts";
import { writeOnnxFiles } from "./onnxFiles.ts";
import { writeTexts } from "./texts.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** Writes a random model that fits in memory in every form that an engine opens. */
export async function writeSmallModel(folder: string, config: LlamaJson, promptLength: number): Promise<void> {
  await initBackend("wasm", { threads: 1 }); // which holds what it quantizes in blocks, as files do
  const { tokens, merges } = vocabularyOf(config.vocab_size);
  const tokenizer = fromVocabAndMerges({
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: merges.map((pair) => pair.join(" ")).join("\n"),
  });

  const model = llama.build(randomParams(), llama.parseConfig(config));
  await savePretrained(folder, { model });
  await saveGguf(ggufFile({ folder, format: "F32" }), { model, tokenizer });
  await saveGguf(ggufFile({ folder, format: "F16" }), { model, tokenizer, dtype: "F16" });
  model.dispose();
  for (const format of ["Q8_0", "Q4_0"] as const) {
    const { model: rounded } = await loadPretrained(modelFolder(folder), { families: [llama] });
    await quantize(rounded, format.toLowerCase() as QuantizationFormat);
    await saveGguf(ggufFile({ folder, format }), { model: rounded, tokenizer });
    rounded.dispose();
  }

  await writeTexts(folder, config, promptLength);
  const state = await readWeights(join(folder, "model.safetensors"));
  await writeOnnxFiles(folder, state, config, ["fp32", "q8", "uint8", "q4"]);
}
