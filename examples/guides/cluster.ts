import { readdir, writeFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { exportOnnx } from "@qkv/onnx";
import { loadPretrained } from "@qkv/pretrained";
import { modelFiles, saveGguf, savePretrained } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";

await initBackend();
const files = modelFiles("packages/pretrained/test/golden/gguf/qwen3.gguf"); // or the folder that a run ended with
const { model, tokenizer } = await loadPretrained(files, { families: [llama], dtype: "float32" });
const own = { model, ...(tokenizer && { tokenizer }) };

await savePretrained("runs/served", own); // transformers, vLLM, KServe
await saveGguf("runs/served/model.gguf", { ...own, dtype: "F16" }); // llama.cpp
for (const { name, parts } of await exportOnnx(model)) await writeFile(`runs/served/${name}`, parts); // onnxruntime, Triton
console.log((await readdir("runs/served")).sort().join(" "));
model.dispose();
