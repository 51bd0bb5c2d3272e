import { readFileSync } from "node:fs";
import { memoryFiles, type ModelFiles } from "@qkv/pretrained";
import { safeTensor, writeSafetensors } from "@qkv/safetensors";
import { type Golden, golden, type GoldenArray } from "@qkv/testing";

/** A golden model of `@qkv/transformer`. */
export interface GoldenFolder {
  readonly arrays: Golden;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: ReadonlyMap<string, GoldenArray>;
  /** The folder that Python saved it as; other fields and arrays take the place of its own. */
  files(more?: { readonly config?: object; readonly arrays?: Readonly<Record<string, GoldenArray>> }): ModelFiles;
}

/** Reads a golden model by name. */
export function goldenFolder(name: string): GoldenFolder {
  const file = (ending: string) => new URL(`../../transformer/test/golden/${name}.${ending}`, import.meta.url);
  const arrays = golden(file("safetensors"));
  const { config } = JSON.parse(readFileSync(file("json"), "utf8")) as Pick<GoldenFolder, "config">;
  const weights = arrays.under("weights/");
  const files: GoldenFolder["files"] = (more = {}) => {
    const stored = [...weights, ...Object.entries(more.arrays ?? {})];
    const tensors = new Map(stored.map(([key, { data, shape }]) => [key, safeTensor(data, shape)]));
    const contents = new Map([
      ["config.json", new TextEncoder().encode(JSON.stringify({ ...config, ...more.config }))],
      ["model.safetensors", writeSafetensors(tensors)],
    ]);
    return memoryFiles(name, contents);
  };
  return { arrays, config, weights, files };
}
