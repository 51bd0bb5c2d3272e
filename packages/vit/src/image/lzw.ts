import { brokenImage } from "./imageFileError.ts";

const MOST_CODES = 4096;

/** Decompresses `count` bytes from the blocks of a GIF at `start`: LZW with codes of up to 12 bits. @throws ImageFileError */
export function unpackLzw(bytes: Uint8Array, start: number, count: number): Uint8Array {
  const bits = bytes[start] ?? Infinity;
  if (bits > 11) throw brokenImage("its pixels are missing");
  const read = codeReader(bytes, start + 1);
  const clear = 1 << bits;
  const out = new Uint8Array(count);
  // Each code is another code and one byte after it.
  const [prefix, suffix] = [new Uint16Array(MOST_CODES), new Uint8Array(MOST_CODES)];
  const lengths = new Uint16Array(MOST_CODES).fill(1, 0, clear);
  for (let code = 0; code < clear; code++) suffix[code] = code;
  let [next, size, previous] = [clear + 2, bits + 1, -1];
  for (let at = 0; at < count;) {
    const code = read(size);
    if (code === clear) {
      [next, size, previous] = [clear + 2, bits + 1, -1];
      continue;
    }
    if (code === clear + 1) throw brokenImage("its pixels end early");
    if (code > (previous < 0 ? clear : next)) throw brokenImage("a code that stands for nothing");
    // The next code, not in the table yet, is the previous one and its own first byte.
    const isNext = previous >= 0 && code === next;
    const known = isNext ? previous : code;
    const length = lengths[known] as number;
    let rest = known;
    for (let i = length - 1; i > 0; i--, rest = prefix[rest] as number) out[at + i] = suffix[rest] as number;
    out[at] = suffix[rest] as number;
    if (isNext) out[at + length] = suffix[rest] as number;
    at += isNext ? length + 1 : length;
    if (previous >= 0 && next < MOST_CODES) {
      prefix[next] = previous;
      suffix[next] = suffix[rest] as number;
      lengths[next] = (lengths[previous] as number) + 1;
      if (next === (1 << size) - 1 && size < 12) size++;
      next++;
    }
    previous = code;
  }
  return out;
}

/** Reads codes of some bits, the lowest first, across blocks that begin with their length. */
function codeReader(bytes: Uint8Array, start: number): (size: number) => number {
  let [at, left, held, count] = [start, 0, 0, 0];
  return (size) => {
    while (count < size) {
      if (left === 0) {
        left = bytes[at++] ?? 0;
        if (left === 0 || at + left > bytes.length) throw brokenImage("its pixels end early");
      }
      held |= (bytes[at++] as number) << count;
      count += 8;
      left--;
    }
    const code = held & ((1 << size) - 1);
    held >>>= size;
    count -= size;
    return code;
  };
}
