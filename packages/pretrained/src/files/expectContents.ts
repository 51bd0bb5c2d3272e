import { PretrainedError } from "./pretrainedError.ts";

/** The number of a file's first bytes that identify its kind. */
export const TELLING_BYTES = 512;

/** Wrong contents in place of a model's file, by their first bytes, with advice. */
const IMPOSTORS: readonly (readonly [begins: string | RegExp, what: string])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\//,
    "a Git LFS pointer, which only names it: run git lfs pull where it was cloned",
  ],
  [
    /^\s*<(?:!doctype html|html|head|body)\b/i,
    "an HTML page: is the address that of a page about the file, or of a login?",
  ],
  [/^\s*<\?xml\b/i, "an XML document, perhaps a server's error"],
  ["PK\u0003\u0004", "a zip archive, perhaps a file of PyTorch's: save the model as safetensors"],
  ["\u001f\u008b", "a gzip file: unpack it first"],
  ["GGUF", "a GGUF file: ggufFiles opens it, and the program where its name ends in .gguf"],
];

/**
 * Checks a file's first bytes.
 *
 * @param start its first {@link TELLING_BYTES}, or all
 * @param size of the whole file, in bytes
 * @throws PretrainedError if it is empty, or no model's file
 */
export function expectContents(path: string, start: Uint8Array, size: number): void {
  if (size === 0 && !path.endsWith(".txt"))
    throw new PretrainedError(`${path}: expected a file's bytes, got an empty file`);
  const letters = String.fromCharCode(...start.subarray(0, TELLING_BYTES)).replace(/^\u00ef\u00bb\u00bf/, "");
  if (path.endsWith(".gguf") && letters.startsWith("GGUF")) return;
  const found = IMPOSTORS.find(([begins]) =>
    typeof begins === "string" ? letters.startsWith(begins) : begins.test(letters),
  );
  if (found !== undefined) throw new PretrainedError(`${path}: expected the file itself, got ${found[1]}`);
}
