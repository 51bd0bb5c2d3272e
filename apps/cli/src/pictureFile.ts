import path from "node:path";
import { UsageError } from "./usageError.ts";

/**
 * The kind of picture that a file's name asks for by its ending, as one of `kinds`: `svg` of `look.SVG`.
 *
 * @throws UsageError with the endings that there are
 */
export function pictureKind<T extends string>(option: string, file: string, kinds: readonly T[]): T {
  const ending = path.extname(file).slice(1).toLowerCase();
  const kind = kinds.find((of) => of === ending);
  if (kind !== undefined) return kind;
  const known = kinds.map((of) => `.${of}`).join(", ");
  throw new UsageError(`${option}: expected a file that ends with ${known}, got ${file}`);
}
