// SentencePiece's tokens for single bytes: <0x00> to <0xFF>.

const encoder = new TextEncoder();

/** The bytes of `text` in UTF-8. */
export function bytesOf(text: string): number[] {
  return [...encoder.encode(text)];
}

/** The token of a byte. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

/** The byte of a token. */
export function byteOfToken(token: string): number | undefined {
  const [, hex] = /^<0x([0-9A-Fa-f]{2})>$/.exec(token) ?? [];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}
