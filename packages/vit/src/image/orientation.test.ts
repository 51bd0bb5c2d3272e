import { readdirSync, readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeImage } from "./decodeImageInNode.ts";
import { exifOrientation } from "./exifOrientation.ts";
import { ImageFileError } from "./imageFileError.ts";
import { readImageHeader } from "./imageHeader.ts";
import { imageMetadata, withoutExif } from "./imageMetadata.ts";
import { orientationOf, turnUpright } from "./orientation.ts";
import type { CheckedPixels } from "./pixels.ts";

const FOLDER = new URL("../../test/images/", import.meta.url);
const read = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const FILES = readdirSync(FOLDER).filter((file) => /\.(?:jpg|png|webp)$/.test(file));
const typeOf = (bytes: Uint8Array) => readImageHeader(bytes).type;

test.each(FILES)("%s without its EXIF is the picture as stored, which turned by hand is upright", async (file) => {
  const bytes = read(file);
  const type = typeOf(bytes);
  const bare = withoutExif(bytes, type);
  const { exif, xmp } = await imageMetadata(bare, type);
  const hasProfile = file.includes("profile");
  expect(exif === undefined || hasProfile).toBe(true);
  if (xmp !== undefined || hasProfile) return; // which turn it still
  const stored = (await decodeImage(bare)) as CheckedPixels;
  const upright = await decodeImage(bytes);
  expect(turnUpright(stored, await orientationOf(bytes, type)).data).toEqual(upright.data);
});

/** A PNG with one chunk more. */
function withChunk(kind: string, data: Uint8Array): Uint8Array {
  const png = read("rgb.png");
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(kind, 4, "latin1");
  chunk.set(data, 8);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}
const packed = (key: string, text: Uint8Array) => Buffer.concat([Buffer.from(`${key}\0\0`), deflateSync(text)]);

describe("what tries to hurt", () => {
  test("a text that unpacks to a gigabyte is refused before it does", async () => {
    const bomb = withChunk("zTXt", packed("Raw profile type exif", Buffer.alloc(2 ** 26)));
    expect(bomb.length).toBeLessThan(70_000);
    await expect(orientationOf(bomb, "png")).rejects.toThrow(ImageFileError);
    await expect(orientationOf(bomb, "png")).rejects.toThrow("text unpacks to at most 1048576 bytes, got more");
    // One that nobody asks for is not unpacked at all.
    expect(await orientationOf(withChunk("zTXt", packed("Comment", Buffer.alloc(2 ** 26))), "png")).toBe(1);
  });

  test.each([
    ["no zlib data", withChunk("zTXt", Buffer.from("Raw profile type exif\0\0abc"))],
    ["no hexadecimal digits", withChunk("tEXt", Buffer.from("Raw profile type exif\0\nexif\n 4\nxyz\n"))],
    ["no end of its language", withChunk("iTXt", Buffer.from("XML:com.adobe.xmp\0\0\0en"))],
  ])("text with %s says nothing", async (_, png) => expect(await orientationOf(png, "png")).toBe(1));

  test("a broken AVIF says an orientation too", async () => {
    const bytes = read("turned-exif-silent.avif");
    const at = fc.nat(500);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(at, fc.nat(255)), { maxLength: 4 }), async (changes) => {
        const broken = bytes.slice();
        for (const [place, value] of changes) broken[place] = value;
        const turn = await orientationOf(broken, "avif");
        expect(turn >= 1 && turn <= 8).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("broken EXIF of any kind gives a number or nothing, and any file's ending an orientation", async () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const found = exifOrientation(Uint8Array.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, ...bytes]));
        expect(found === undefined || Number.isInteger(found)).toBe(true);
      }),
    );
    for (const file of [
      "turned-exif-silent.jpg",
      "turned-profile-packed.png",
      "turned-xmp.webp",
      "turned-exif-silent.avif",
    ]) {
      const bytes = read(file);
      for (let end = 30; end < bytes.length; end += 7) {
        const turn = await orientationOf(bytes.subarray(0, end), typeOf(bytes));
        expect(turn).toBeGreaterThanOrEqual(1);
        expect(turn).toBeLessThanOrEqual(8);
      }
    }
  });
});
