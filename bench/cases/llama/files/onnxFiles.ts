import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StateDict } from "@qkv/nn";
import { llamaGraph } from "../onnx/llamaGraph.ts";
import type { OnnxDtype } from "../onnx/products.ts";
import type { LlamaJson } from "../sizes.ts";

/** The names under which transformers.js looks for a `dtype`. */
const FILES: Readonly<Record<OnnxDtype, string>> = {
  fp32: "model.onnx",
  q8: "model_quantized.onnx",
  uint8: "model_uint8.onnx",
  q4: "model_q4.onnx",
};

/** Writes weights once more, into onnx/, in each of some ways. */
export async function writeOnnxFiles(
  folder: string,
  state: Pick<StateDict, "get">,
  config: LlamaJson,
  dtypes: readonly OnnxDtype[],
): Promise<void> {
  await mkdir(join(folder, "onnx"));
  for (const dtype of dtypes) await writeFile(join(folder, "onnx", FILES[dtype]), llamaGraph(state, config, dtype));
}
