// Files by golden/make_image_files.py with the pixels that Pillow sees in them.
import { readdirSync, readFileSync } from "node:fs";
import { golden } from "@qkv/testing";
import { describe, expect, test } from "vitest";
import { ImageFileError, readImageHeader, toRgb } from "@qkv/vit";
import { decodeImage } from "@qkv/vit/node";

const FOLDER = new URL("images/", import.meta.url);
const read = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const expected = golden(new URL("decoded.safetensors", FOLDER));

/** How far AVIF may be: it says nothing of how to round YCbCr, or of how to enlarge chroma. */
function step(file: string): number {
  if (!file.endsWith(".avif")) return 0;
  if (file === "halved-chroma.avif") return 76; // along its edges
  return file === "multiplied.avif" ? 9 : 1; // rounding, divided by the transparency
}

describe("decodeImage in Node", () => {
  test("is tested on every file there is", () => {
    const files = readdirSync(FOLDER).filter((file) => !file.endsWith(".safetensors"));
    expect(files.sort()).toEqual([...expected.names].sort());
  });

  test.each(expected.names)("sees in %s what Pillow sees", async (file) => {
    const { shape, data } = expected.array(file);
    const image = await decodeImage(read(file));
    expect(image.channels).toBeLessThanOrEqual(3);
    const seen = toRgb(image);
    expect([seen.height, seen.width, seen.channels]).toEqual(shape);
    const furthest = Math.max(...seen.data.map((value, i) => Math.abs(value - (data[i] ?? NaN))));
    expect(furthest).toBeLessThanOrEqual(step(file));
  });

  test.each([
    ["rgb.png", 200],
    ["rgb.jpg", 700],
    ["progressive.jpg", 600],
    ["lossless.webp", 100],
    ["one-frame.gif", 200],
    ["eight-bits.png", 150],
    ["two-bits-palette.png", 90],
    ["interlaced.gif", 200],
    ["own-palette.gif", 60],
  ])("refuses %s cut off after %i bytes", async (file, bytes) => {
    const decoding = decodeImage(read(file).slice(0, bytes));
    await expect(decoding).rejects.toThrow(ImageFileError);
    await expect(decoding).rejects.toThrow("expected a whole image, got one that is broken or cut off");
  });

  test("refuses a flipped bit in a PNG, which has checksums", async () => {
    const bytes = read("rgb.png");
    bytes.set([(bytes[120] ?? 0) ^ 1], 120);
    await expect(decodeImage(bytes)).rejects.toThrow(ImageFileError);
  });

  test("never opens an SVG, with scripts or without", async () => {
    const svg =
      '<?xml version="1.0"?><!-- hello --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    await expect(decodeImage(new TextEncoder().encode(svg))).rejects.toThrow("got SVG, which is a drawing");
  });
});

/** The beginning of a PNG of any size, as small as such a bomb can be. */
function pngHeader(width: number, height: number): Uint8Array {
  const bytes = read("rgb.png").slice(0, 33);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

describe("readImageHeader", () => {
  test("tells type and size without decoding", () => {
    expect(readImageHeader(read("lossy.webp"))).toEqual({ type: "webp", width: 23, height: 14 });
    expect(readImageHeader(pngHeader(12_000, 9000))).toEqual({ type: "png", width: 12_000, height: 9000 });
  });

  const text = (words: string) => new TextEncoder().encode(words);
  test.each([
    ["an empty file", new Uint8Array(), "got an empty file"],
    ["text called .jpg", text("Dear Sir or Madam, häßlich ".repeat(60)), "got text"],
    ["a web page", text("<!doctype html><title>404</title>"), "got text"],
    ["random bytes", Uint8Array.of(200, 201, 0, 7, 9, 4, 4), "got bytes of another kind"],
    ["a PNG of 20 bytes", read("rgb.png").slice(0, 20), "got a PNG that ends in its header"],
    ["a JPEG of 40 bytes", read("rgb.jpg").slice(0, 40), "got a JPEG that ends in its header"],
    ["a TIFF", text("II*\0rest"), "got TIFF: save it as PNG"],
    ["a PDF", text("%PDF-1.7"), "got PDF: save the picture in it as PNG"],
    ["no pixels", pngHeader(0, 5), "got one of 0 x 5 pixels"],
    [
      "20,000 x 20,000 pixels",
      pngHeader(20_000, 20_000),
      "expected an image of at most 134 million pixels, got 20000 x 20000, which is 400 million: make it smaller first, or raise maxPixels (in the program QKV_MAX_PIXELS)",
    ],
  ])("refuses %s with a sentence", (_, bytes, message) => {
    expect(() => readImageHeader(bytes)).toThrow(message);
  });
});
