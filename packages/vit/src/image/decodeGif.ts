import { gifFrame } from "./gifFrame.ts";
import { unpackLzw } from "./lzw.ts";
import type { CheckedPixels } from "./pixels.ts";

const PASSES = [[0, 8] as const, [4, 8] as const, [2, 4] as const, [1, 2] as const];

/**
 * The pixels of a GIF's first frame, grey or RGB, as Pillow's `convert("RGB")` has them: what is transparent has the colour
 * that the palette gives it, and so has the canvas around the frame.
 *
 * @throws ImageFileError
 */
export function decodeGif(bytes: Uint8Array): CheckedPixels {
  const { width, height, frame, palette, around, interlaced, start } = gifFrame(bytes);
  const indices = new Uint8Array(width * height).fill(around);
  const packed = unpackLzw(bytes, start, frame.width * frame.height);
  let at = 0;
  for (const y of rows(frame.height, interlaced)) {
    indices.set(packed.subarray(at, at + frame.width), (frame.y + y) * width + frame.x);
    at += frame.width;
  }
  if (palette === undefined) return { data: indices, width, height, channels: 1 };
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const colour = (indices[pixel] as number) * 3;
    for (let channel = 0; channel < 3; channel++) data[pixel * 3 + channel] = palette[colour + channel] as number;
  }
  return { data, width, height, channels: 3 };
}

function* rows(height: number, interlaced: boolean): Generator<number> {
  for (const [first, step] of interlaced ? PASSES : [[0, 1] as const]) {
    for (let y = first; y < height; y += step) yield y;
  }
}
