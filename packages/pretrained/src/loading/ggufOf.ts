import { ggufFiles } from "../gguf/ggufFiles.ts";
import { type ModelFiles, readOptionalFile, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/**
 * The files of a model: those given, or those of a GGUF file among them, which is named or is the only one where there is
 * no `config.json`.
 *
 * @throws PretrainedError if there are several to choose from
 */
export async function withGguf(files: ModelFiles, file: string | undefined, options: ReadOptions): Promise<ModelFiles> {
  if (file !== undefined) return ggufFiles(files, file);
  if (files.weights !== undefined || files.list === undefined) return files;
  if ((await readOptionalFile(files, "config.json", options)) !== undefined) return files;
  const names = (await files.list().catch(() => [])).filter((name) => name.endsWith(".gguf"));
  if (names.length === 0) return files;
  const { ggufNames, listed } = await import("../gguf/ggufNames.ts");
  const [only, ...others] = await ggufNames(files);
  if (only !== undefined && others.length === 0) return ggufFiles(files, only);
  throw new PretrainedError(
    `${files.name}: expected the option file to name one of its GGUF files, ${listed([only ?? "", ...others])}, got none`,
  );
}
