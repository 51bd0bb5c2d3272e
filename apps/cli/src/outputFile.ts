import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "./usageError.ts";

/**
 * Looks before any work whether a file can be written at the end of it.
 *
 * @throws UsageError if its folder is none, or is not to be written to, or if the file is a folder
 */
export async function expectWritable(option: string, file: string): Promise<void> {
  const folder = path.dirname(file);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(`${option}: expected a file in a folder that is there, got the folder ${folder}`);
  }
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new UsageError(`${option}: expected a file, got the folder ${file}`);
  await access(there ? file : folder, constants.W_OK).catch(() => {
    throw new UsageError(`${option}: expected a file that may be written, got ${file}`);
  });
}
