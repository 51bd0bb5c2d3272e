import { dequantize, type OpenGguf, openGguf } from "@qkv/gguf";
import { type ModelFiles, type OpenFile, pathOf, type ReadOptions } from "../files/modelFiles.ts";
import type { Weights } from "../files/storedArray.ts";
import { configOf } from "./config.ts";
import { chosenName, ggufNames } from "./ggufNames.ts";
import { MetadataFields } from "./header/metadataFields.ts";
import { isRopeFactors } from "./rope.ts";
import { closeAll, openShard, withPath } from "./shardFiles.ts";
import { tokenizerConfigOf, tokenizerOf } from "./tokenizer.ts";
import { ggufWeights } from "./weights.ts";

/** The files that a GGUF file stands for, each made when it is read, and its weights. */
export interface GgufFolder {
  readonly files: ReadonlyMap<string, () => Uint8Array | undefined>;
  weights(options: ReadOptions): Promise<Weights>;
}

/** The same by the name of a file, or by what the name of one of several ends with. */
export async function openNamed(files: ModelFiles, file: string, options: ReadOptions): Promise<GgufFolder> {
  if (file.endsWith(".gguf")) return openFolder(files, file, options);
  await files.read("config.json", options); // a hub lists its files when one is read
  return openFolder(files, chosenName(files.name, await ggufNames(files), file), options);
}

/** Reads the header of a GGUF file, or of all its shards. @throws PretrainedError naming the file, and the key or tensor */
export async function openFolder(files: ModelFiles, file: string, options: ReadOptions): Promise<GgufFolder> {
  const opened = new Map<string, OpenFile>();
  try {
    const gguf = await withPath(files, () => openGguf(file, (name) => openShard(files, name, opened, options)));
    const fields = new MetadataFields(gguf.metadata, pathOf(files, file));
    const ropeFactors = await withPath(files, () => ropeFactorsOf(gguf));
    const config = configOf({ fields, tensors: gguf.tensors, ropeFactors });
    return {
      files: new Map([
        ["config.json", () => encode(config.json)],
        ["tokenizer.json", () => encode(tokenizerOf(fields))],
        ["tokenizer_config.json", () => encode(tokenizerConfigOf(fields))],
      ]),
      weights: (given) => ggufWeights(files, file, gguf.tensors, config, given),
    };
  } finally {
    await closeAll(opened);
  }
}

async function ropeFactorsOf(gguf: OpenGguf): Promise<ReadonlyMap<string, readonly number[]>> {
  const all = new Map<string, readonly number[]>();
  for (const [name, { type }] of gguf.tensors) {
    if (isRopeFactors(name)) all.set(name, [...dequantize(type, await gguf.read(name))]);
  }
  return all;
}

function encode(json: unknown): Uint8Array | undefined {
  return json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(json));
}
