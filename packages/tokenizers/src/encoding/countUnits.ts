/** Units of offsets other than UTF-16 units. */
export type OffsetUnit = "bytes" | "codePoints";

/** The number of bytes of UTF-8, or code points, before each position of well-formed `text`, and before its end. */
export function countUnits(text: string, unit: OffsetUnit): Int32Array {
  const before = new Int32Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isPair = code >= 0xd800 && code < 0xe000; // of which the first half counts
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : isPair ? 4 : 3;
    const counts = isPair && code >= 0xdc00 ? 0 : unit === "bytes" ? bytes : 1;
    before[i + 1] = (before[i] ?? 0) + counts;
  }
  return before;
}
