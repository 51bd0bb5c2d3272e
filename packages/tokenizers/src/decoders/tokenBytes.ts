import { byteOfChar } from "../text/byteLevel.ts";
import { bytesOf, byteOfToken } from "../text/byteTokens.ts";
import type { DecoderConfig } from "./createDecoder.ts";

/** The bytes that a token adds inside a text. */
export type TokenBytes = (token: string) => Uint8Array;

/**
 * Makes the function that gives the bytes of a token, of a decoder that spells each token by itself. Undefined for decoders
 * that spell a token by its neighbours: those that clean up spaces, or search patterns in the whole text.
 */
export function tokenBytesOf(config: DecoderConfig | null | undefined): TokenBytes | undefined {
  if (config === undefined || config === null) return (token) => utf8(` ${token}`); // joined with spaces
  const steps = config.type === "Sequence" ? config.decoders : [config];
  const spell: ((text: string) => string | Uint8Array)[] = [];
  let isFused = false;
  for (const step of steps) {
    if (step.type === "Fuse") isFused = true;
    else if (step.type === "Strip" && isFused)
      continue; // the ends of the whole text
    else if (isFused) return undefined;
    else {
      const speller = spellerOf(step);
      if (speller === undefined) return undefined;
      spell.push(speller);
    }
  }
  return (token) => {
    const spelled = spell.reduce<string | Uint8Array>(
      (text, step) => (typeof text === "string" ? step(text) : text),
      token,
    );
    return typeof spelled === "string" ? utf8(spelled) : spelled;
  };
}

function spellerOf(config: DecoderConfig): ((text: string) => string | Uint8Array) | undefined {
  switch (config.type) {
    case "ByteLevel":
      return byteLevel;
    case "ByteFallback":
      return (text) => {
        const byte = byteOfToken(text);
        return byte === undefined ? text : Uint8Array.of(byte);
      };
    case "Metaspace":
      return (text) => text.replaceAll(config.replacement, " ");
    case "Replace": {
      const { pattern, content } = config;
      if (!("String" in pattern)) return undefined;
      const { String: searched } = pattern;
      return (text) => text.replaceAll(searched, content);
    }
    case "BPEDecoder":
      return (text) => text.replaceAll(config.suffix ?? "</w>", " ");
    case "WordPiece": {
      if (config.cleanup ?? true) return undefined;
      const prefix = config.prefix ?? "##";
      return (text) => (text.startsWith(prefix) ? text.slice(prefix.length) : ` ${text}`);
    }
    default:
      return undefined;
  }
}

/** The bytes of a byte-level token; a token with other characters has its own UTF-8. */
function byteLevel(token: string): Uint8Array {
  const bytes = Array.from(token, byteOfChar);
  return bytes.includes(undefined) ? utf8(token) : Uint8Array.from(bytes as number[]);
}

function utf8(text: string): Uint8Array {
  return Uint8Array.from(bytesOf(text));
}
