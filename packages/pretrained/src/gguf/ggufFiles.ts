import { describeArgument } from "@qkv/ops";
import type { ModelFiles, ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { GgufFolder } from "./openFolder.ts";

/**
 * Makes a source of the files that a GGUF file stands for: its config, its tokenizer and its weights, as Hugging Face's folders
 * have them. Of a model in shards give the first.
 *
 * @param files the folder that holds it, or `memoryFiles` of its bytes
 * @param file its name there, or what the name ends with before `.gguf`: `Q4_K_M`
 */
export function ggufFiles(files: ModelFiles, file: string): ModelFiles {
  if (typeof files?.read !== "function" || typeof file !== "string" || file === "") {
    const got = typeof files?.read === "function" ? describeArgument(file) : describeArgument(files);
    throw new PretrainedError(`ggufFiles: expected a model's files and the name of a .gguf file, got ${got}`);
  }
  let folder: Promise<GgufFolder> | undefined;
  const open = async (options: ReadOptions): Promise<GgufFolder> => {
    const { openNamed } = await import("./openFolder.ts"); // what opens such files is not part of every page
    folder ??= openNamed(files, file, options);
    try {
      return await folder;
    } catch (error) {
      folder = undefined; // stopped, or a network that comes back
      throw error;
    }
  };
  return {
    name: `${files.name}${file.endsWith(".gguf") ? "/" : ":"}${file}`,
    read: async (name, options = {}) => (await open(options)).files.get(name)?.(),
    list: async () => [...(await open({})).files.keys()],
    weights: async (options = {}) => (await open(options)).weights(options),
  };
}
