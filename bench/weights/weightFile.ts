import { readFile, writeFile } from "node:fs/promises";
import type { Params, StateDict } from "@qkv/nn";
import { parseSafetensors, safeTensor, toFloat32, writeSafetensors } from "@qkv/safetensors";

/** Writes parameters by their own names. */
export async function writeWeights(path: string, params: Params): Promise<void> {
  const entries = [...params.named()].map(async ([name, variable]) => {
    return [name, safeTensor((await variable.data()) as Float32Array, variable.shape)] as const;
  });
  await writeFile(path, writeSafetensors(Object.fromEntries(await Promise.all(entries))));
}

/** What {@link writeWeights} wrote, or any safetensors file of floats. */
export async function readWeights(path: string): Promise<StateDict> {
  const { tensors } = parseSafetensors(await readFile(path));
  return new Map(
    [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }] as const),
  );
}
