import { dequantize, parseGguf, quantize, writeGguf } from "@qkv/gguf";

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const bytes = writeGguf(
  { "blk.0.ffn_up.weight": { shape: [2, 32], type: "Q8_0", bytes: quantize("Q8_0", values) } },
  { "general.architecture": "llama", "llama.block_count": { type: "uint32", value: 1 } },
);

const { metadata, tensors } = parseGguf(bytes); // views of `bytes`, nothing copied
console.log(metadata.get("general.architecture")?.value); // llama
for (const [name, { shape, type, bytes }] of tensors) {
  console.log(name, shape, type, bytes.length, dequantize(type, bytes)[1]?.toFixed(2)); // ... [2, 32] Q8_0 68 0.84
}
