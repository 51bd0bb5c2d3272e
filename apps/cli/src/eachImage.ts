import { readFile } from "node:fs/promises";
import type { Pixels } from "@qkv/vit";
import { note } from "./note.ts";
import { UsageError } from "./usageError.ts";

/**
 * Reads image files and does something with each; a file that is none is told of, and the others go on.
 *
 * @param done what is done with them, for the message: `classified`
 * @throws Error at the end, if there were any
 */
export async function eachImage(
  images: readonly string[],
  done: string,
  signal: AbortSignal,
  use: (pixels: Pixels, image: string, index: number) => Promise<void>,
): Promise<void> {
  const { decodeImageFile } = await import("./decodeImageFile.ts");
  let failed = 0;
  for (const [index, image] of images.entries()) {
    signal.throwIfAborted();
    try {
      await use(await decodeImageFile(await readFile(image, { signal })), image, index);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UsageError) throw error;
      note(`${image}: ${reason(error)}`);
      failed += 1;
    }
  }
  if (failed > 0) throw new Error(`${failed} of ${images.length} images could not be ${done}`);
}

/** Why a file could not be read, or what it is. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "expected an image file, got nothing of this name";
  return code === "EISDIR" ? "expected an image file, got a folder" : message;
}
