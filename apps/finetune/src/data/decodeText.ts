const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The text of a file: UTF-8, or UTF-16 where a mark at its beginning says so, as spreadsheets write it.
 *
 * @returns the text, or the number of the first line that is none, counted from 1
 */
export function decodeText(bytes: Uint8Array): string | number {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : undefined;
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
  return decoded(bytes) ?? firstBroken(bytes);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

const NEWLINE = 10;

function firstBroken(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1 || decoded(bytes.subarray(start, end)) === undefined) return line;
    start = end + 1;
  }
}
