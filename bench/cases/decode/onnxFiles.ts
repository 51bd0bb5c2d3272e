import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { marian } from "@qkv/transformer";
import { readWeights } from "../../weights/weightFile.ts";
import { decoderModel, encoderModel } from "./marianGraphs.ts";

/** Writes the weights of a Marian model's folder once more, into onnx/, where transformers.js looks for them. */
export async function writeOnnxFiles(folder: string): Promise<void> {
  const state = await readWeights(join(folder, "model.safetensors"));
  const config = marian.parseConfig(JSON.parse(await readFile(join(folder, "config.json"), "utf8")));
  await mkdir(join(folder, "onnx"));
  await writeFile(join(folder, "onnx/encoder_model.onnx"), encoderModel(state, config));
  await writeFile(join(folder, "onnx/decoder_model_merged.onnx"), decoderModel(state, config));
}
