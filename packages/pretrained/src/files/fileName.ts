import { PretrainedError } from "./pretrainedError.ts";

/**
 * Whether a foreign name is that of a file below its folder on every system: relative, without `..`, and without
 * anything that is a separator, a drive or the end of the name on some system.
 */
export function isFileName(name: string): boolean {
  return (
    !/[\\:\p{Cc}\p{Cs}]/u.test(name) && name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/** @throws PretrainedError if `file` is no name of a file below the folder `where` */
export function expectFileName(where: string, file: string): void {
  if (isFileName(file)) return;
  throw new PretrainedError(`${where}: expected the name of a file below it, got ${JSON.stringify(file.slice(0, 80))}`);
}
