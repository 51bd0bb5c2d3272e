import { shardNames } from "@qkv/gguf";
import type { ModelFiles } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** The GGUF models of a source: of one in shards the first file. Empty where its files are not known. */
export async function ggufNames(files: ModelFiles): Promise<readonly string[]> {
  const names = (await files.list?.()) ?? [];
  const isModel = (name: string) => name.endsWith(".gguf") && !/(?:^|\/)mmproj|imatrix/i.test(name);
  return names.filter((name) => isModel(name) && shardNames(name)[0] === name).sort();
}

/**
 * The one model among them whose name ends with a tag, in any case: `Q4_K_M` of `SmolLM2-135M-Instruct-Q4_K_M.gguf`.
 *
 * @throws PretrainedError listing the models if it is none or several
 */
export function chosenName(where: string, names: readonly string[], tag: string): string {
  const ends = (name: string) => {
    const stem = name.replace(/(?:-00001-of-\d{5})?\.gguf$/, "").toLowerCase();
    return stem === tag.toLowerCase() || [".", "-", "_", "/"].some((mark) => stem.endsWith(mark + tag.toLowerCase()));
  };
  const found = names.filter(ends);
  if (found.length === 1) return found[0] as string;
  const got =
    found.length === 0 ? JSON.stringify(tag) : `${JSON.stringify(tag)}, which ${found.join(" and ")} end with`;
  throw new PretrainedError(`${where}: expected one of its files, ${listed(names)}, got ${got}`);
}

/** Names for an error message, not all of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(", ");
  return names.length === 0
    ? "of which none is GGUF"
    : names.length > 20
      ? `${shown} and ${names.length - 20} more`
      : shown;
}
