import { stat } from "node:fs/promises";
import { UsageError } from "../usageError.ts";

/**
 * Looks before any work whether a file of this ending is new, or may be replaced.
 *
 * @throws UsageError if not
 */
export async function expectNewFile(out: string, ending: string, overwrite: boolean): Promise<void> {
  if (!out.endsWith(ending)) throw new UsageError(`OUT: expected a ${ending} file, got ${out}`);
  const found = await stat(out).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isFile()) throw new UsageError(`OUT: expected a file, got a folder, ${out}`);
  if (!overwrite) throw new UsageError(`OUT: expected nothing at ${out} yet, got a file: --overwrite replaces it`);
}
