import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";

const bytes = writeSafetensors(
  { weight: safeTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], "F16") },
  { format: "pt" },
);

const { tensors } = parseSafetensors(bytes); // views of `bytes`, nothing copied
for (const [name, tensor] of tensors) {
  console.log(name, tensor.dtype, tensor.shape, toFloat32(tensor)); // weight F16 [2, 3] Float32Array [1, 2, 3, 4, 5, 6]
}
