import type { CheckedPixels } from "./pixels.ts";
import { COLOURS, type PngHeader, readPng } from "./pngHeader.ts";
import { type PngRow, pngRows, unfilter } from "./pngRows.ts";
import { ZlibReader } from "./zlibReader.ts";

/**
 * The pixels of a PNG, grey or RGB, as Pillow's `convert("RGB")` has them: without transparency, profile and gamma, of 16
 * bits the upper eight, but grey of 16 bits cut at 255.
 *
 * @throws ImageFileError
 */
export async function decodePng(bytes: Uint8Array): Promise<CheckedPixels> {
  const { header, packed } = readPng(bytes);
  const { width, height, depth, colour, interlaced } = header;
  const bits = COLOURS[colour].samples * depth;
  const channels = colour === 0 || colour === 4 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const write = rowWriter(header, data);
  const source = new ZlibReader(packed);
  try {
    let [line, above] = [new Uint8Array(), new Uint8Array()];
    for (const row of pngRows(width, height, interlaced)) {
      [line, above] = [above, line];
      if (row.first) {
        const bytes = 1 + Math.ceil((row.pixels * bits) / 8);
        [line, above] = [new Uint8Array(bytes), new Uint8Array(bytes)];
      }
      for (let at = source.fill(line, 0); at < line.length; at = source.fill(line, at)) await source.more();
      unfilter(line, above, Math.ceil(bits / 8));
      write(line, row);
    }
  } finally {
    await source.close();
  }
  return { data, width, height, channels };
}

/** Writes rows whose filters are off, a byte before their samples, into the pixels. */
function rowWriter(header: PngHeader, data: Uint8Array): (line: Uint8Array, row: PngRow) => void {
  const { width, depth, colour, palette, interlaced } = header;
  const { samples } = COLOURS[colour];
  if (depth === 8 && !interlaced && (colour === 0 || colour === 2)) {
    return (line, { y }) => data.set(line.subarray(1), y * width * samples);
  }
  const sample = sampleReader(header);
  if (samples >= 3) {
    return (line, { x, y, step, pixels }) => {
      for (let i = 0, to = (y * width + x) * 3; i < pixels; i++, to += step * 3) {
        for (let channel = 0; channel < 3; channel++) data[to + channel] = sample(line, i * samples + channel);
      }
    };
  }
  if (colour === 3) {
    return (line, { x, y, step, pixels }) => {
      for (let i = 0, to = (y * width + x) * 3; i < pixels; i++, to += step * 3) {
        const from = sample(line, i) * 3;
        for (let channel = 0; channel < 3; channel++) data[to + channel] = palette[from + channel] as number;
      }
    };
  }
  return (line, { x, y, step, pixels }) => {
    for (let i = 0, to = y * width + x; i < pixels; i++, to += step) data[to] = sample(line, i * samples);
  };
}

/** Reads a sample of a row as a byte. */
function sampleReader({ depth, colour }: PngHeader): (line: Uint8Array, index: number) => number {
  if (depth === 8) return (line, index) => line[1 + index] as number;
  if (depth === 16) {
    const high = (line: Uint8Array, index: number) => line[1 + 2 * index] as number;
    return colour !== 0 ? high : (line, index) => (high(line, index) > 0 ? 255 : (line[2 + 2 * index] as number));
  }
  const most = (1 << depth) - 1;
  const scale = colour === 3 ? 1 : 255 / most;
  return (line, index) => {
    const bit = index * depth;
    return (((line[1 + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & most) * scale;
  };
}
