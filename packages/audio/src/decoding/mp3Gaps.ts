import { afterId3, holds } from "./soundFormat.ts";

/** The samples of what an MP3 decoder gives that the encoder added. */
export interface Mp3Gaps {
  /** At the beginning. */
  readonly skip: number;
  /** Of the sound behind them; absent: all. */
  readonly length?: number;
}

/** Samples that every decoder gives late. */
const DECODER_DELAY = 529;

/**
 * Reads how much silence an encoder put around a sound, from the tag of LAME in the first frame: without it word times would be a tenth
 * of a second late.
 */
export function mp3Gaps(bytes: Uint8Array): Mp3Gaps {
  const start = afterId3(bytes);
  const [, version = 0, , mode = 0] = bytes.subarray(start, start + 4);
  const isFirst = (version & 0x18) === 0x18; // MPEG-1, not 2 or 2.5
  const isMono = mode >> 6 === 3;
  const samples = isFirst ? 1152 : 576;
  const tag = start + 4 + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  if (!holds(bytes, tag, "Info") && !holds(bytes, tag, "Xing")) return { skip: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tag + 8 > bytes.length) return { skip: 0 };
  const flags = view.getUint32(tag + 4);
  const hasFrames = (flags & 1) !== 0;
  const lame = tag + 8 + (hasFrames ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (lame + 24 > bytes.length || bytes[lame] === 0) return { skip: samples }; // of the frame with the tag
  const [a = 0, b = 0, c = 0] = bytes.subarray(lame + 21, lame + 24);
  const [delay, padding] = [a * 16 + (b >> 4), (b & 15) * 256 + c];
  const skip = samples + delay + DECODER_DELAY;
  if (!hasFrames) return { skip };
  return { skip, length: Math.max(0, view.getUint32(tag + 8) * samples - delay - padding) };
}
