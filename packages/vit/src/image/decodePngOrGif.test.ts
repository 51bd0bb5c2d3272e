// What is broken in a PNG or a GIF; what whole ones hold is in packages/vit/test, beside Pillow.
import { readdirSync, readFileSync } from "node:fs";
import { RandomStream } from "@qkv/nn";
import { describe, expect, test } from "vitest";
import { crc32 } from "./crc32.ts";
import { decodePngOrGif } from "./decodePngOrGif.ts";
import { imageChunks } from "./imageChunks.ts";
import { ImageFileError } from "./imageFileError.ts";
import { readImageHeader } from "./imageHeader.ts";
import { type CheckedPixels, checkPixels } from "./pixels.ts";

const FOLDER = new URL("../../test/images/", import.meta.url);
const read = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));

async function open(bytes: Uint8Array): Promise<CheckedPixels> {
  const pixels = await decodePngOrGif(bytes, readImageHeader(bytes, 1e6).type);
  if (pixels === undefined) throw new Error("expected a PNG or a GIF");
  return pixels;
}

/** Gives the chunks of a PNG, as far as they are found, the checksums that belong to them. */
function correctSums(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  for (const { start, end } of imageChunks(bytes, "png")) {
    if (end <= bytes.length) view.setUint32(end - 4, crc32(bytes.subarray(start + 4, end - 4)));
  }
}

describe("decodePngOrGif", () => {
  test.each([
    ["sixteen-bits.png", 24, 5, "5 bits of colour type 2"],
    ["grey.png", 25, 5, "8 bits of colour type 5"],
    ["grey.png", 27, 1, "another compression or filter"],
    ["one-frame.gif", 13 + 32 * 3 + 10, 12, "its pixels are missing"],
  ])("says of %s with byte %i as %i: %s", async (file, at, value, reason) => {
    const bytes = read(file);
    bytes[at] = value;
    const header = new DataView(bytes.buffer);
    if (file.endsWith(".png")) header.setUint32(29, crc32(bytes.subarray(12, 29)));
    await expect(open(bytes)).rejects.toThrow(reason);
  });

  test("opens a PNG that lacks its end, or has more behind it, and no more of it than its header says", async () => {
    const bytes = read("rgb.png");
    const { data } = await open(bytes);
    expect((await open(bytes.subarray(0, -16))).data).toEqual(data);
    expect((await open(Uint8Array.from([...bytes, ...new Uint8Array(99)]))).data).toEqual(data);
    new DataView(bytes.buffer).setUint32(20, 5); // of 14 rows
    new DataView(bytes.buffer).setUint32(29, crc32(bytes.subarray(12, 29)));
    expect((await open(bytes)).data).toEqual(data.slice(0, 5 * 23 * 3));
  });

  test("refuses a PNG with a side that libpng refuses", async () => {
    const bytes = read("grey.png");
    new DataView(bytes.buffer).setUint32(16, 1);
    new DataView(bytes.buffer).setUint32(20, 130_000_000);
    new DataView(bytes.buffer).setUint32(29, crc32(bytes.subarray(12, 29)));
    await expect(decodePngOrGif(bytes, "png")).rejects.toThrow("at most 1000000 pixels a side, got 1 x 130000000");
  });

  test(
    "gives pixels or an ImageFileError for any PNG or GIF with bytes changed, soon",
    { timeout: 30_000 },
    async () => {
      const random = new RandomStream(1);
      const files = readdirSync(FOLDER).filter((file) => /\.(?:png|gif)$/.test(file));
      let refused = 0;
      for (const file of files) {
        for (let run = 0; run < 20; run++) {
          const bytes = read(file).slice();
          const spots = Array.from({ length: 4 }, () => random.next() % bytes.length);
          for (const at of spots) bytes[at] = (bytes[at] as number) ^ (1 << (run % 8));
          if (file.endsWith(".png")) correctSums(bytes);
          const result = await open(bytes).catch((error: unknown) => error);
          if (result instanceof Error) expect(result).toBeInstanceOf(ImageFileError);
          else expect(() => checkPixels(result as CheckedPixels)).not.toThrow();
          refused += result instanceof Error ? 1 : 0;
        }
      }
      expect(refused).toBeGreaterThan(files.length);
    },
  );
});
