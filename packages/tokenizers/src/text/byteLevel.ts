// The byte-level alphabet: one visible character for each of the 256 bytes, as in GPT-2's encoder
// (https://github.com/openai/gpt-2/blob/master/src/encoder.py, bytes_to_unicode).

const CHAR_OF_BYTE: readonly string[] = makeAlphabet();
const BYTE_OF_CHAR: ReadonlyMap<string, number> = new Map(CHAR_OF_BYTE.map((char, byte) => [char, byte]));

const encoder = new TextEncoder();

function makeAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
    return String.fromCharCode(visible ? byte : next++);
  });
}

/** The 256 characters of the byte-level alphabet, by byte: the initial alphabet of a byte-level tokenizer's training. */
export function byteLevelAlphabet(): string[] {
  return [...CHAR_OF_BYTE];
}

/** Converts `text` to the byte-level alphabet, one character for each byte of its UTF-8. */
export function byteChars(text: string): string {
  let chars = "";
  for (const byte of encoder.encode(text)) chars += CHAR_OF_BYTE[byte];
  return chars;
}

/** The byte of a character of the byte-level alphabet. */
export function byteOfChar(char: string): number | undefined {
  return BYTE_OF_CHAR.get(char);
}
