import path from "node:path";

/** A file's name with a number: `look.svg` as `look.3.svg`. */
export function numbered(file: string, number: number): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${number}${ext}`);
}
