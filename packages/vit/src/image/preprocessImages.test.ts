import { describe, expect, test } from "vitest";
import { centerCrop } from "./centerCrop.ts";
import { parsePreprocessorConfig } from "./parsePreprocessorConfig.ts";
import { preprocessImages, targetSize } from "./preprocessImages.ts";
import { resize } from "./resize.ts";
import { toGrey } from "./toGrey.ts";
import { toRgb } from "./toRgb.ts";

const square = (size: number, pixel: readonly number[]) => ({
  data: Uint8Array.from({ length: size * size * pixel.length }, (_, i) => pixel[i % pixel.length] ?? 0),
  width: size,
  height: size,
});

describe("preprocessImages", () => {
  const vit = parsePreprocessorConfig({ image_processor_type: "ViTImageProcessor", size: 2 });

  test("puts images of any size and any channels into one batch", () => {
    const { data, shape } = preprocessImages([square(1, [255]), square(5, [0, 255, 0]), square(3, [0, 0, 0, 0])], vit);
    expect(shape).toEqual([3, 3, 2, 2]);
    const [white, black] = [Array<number>(4).fill(1), Array<number>(4).fill(-1)];
    expect([...data]).toEqual([white, white, white, black, white, black, white, white, white].flat());
  });

  test("makes one channel where the mean is for one", () => {
    const config = { normalize: { mean: [55], std: [100] } };
    expect(preprocessImages([square(1, [255, 0, 0]), square(1, [255])], config)).toEqual({
      data: Float32Array.of(0.21, 2), // red is 76 of 255: 0.299
      shape: [2, 1, 1, 1],
    });
  });

  test.each([
    [[], "preprocessImages: expected at least one image, got none"],
    [[square(2, [1]), square(3, [1])], "expected images of one size, got 2 x 2 and 3 x 3"],
    [[{ data: new Uint8Array(5), width: 2, height: 1 }], "pixels: expected 1, 3 or 4 channels, got 2.5 (5 bytes)"],
    [[{ data: new Uint8Array(5), width: 2, height: 2, channels: 1 as const }], "expected 2 x 2 x 1 = 4 bytes, got 5"],
    [[{ data: new Uint8Array(0), width: 0, height: 3 }], "pixels: expected a width and height from 1, got 0 x 3"],
  ])("refuses what is no batch of images", (images, message) => {
    expect(() => preprocessImages(images, {})).toThrow(message);
  });
});

test("resize keeps an even colour with every filter, whatever the sizes", () => {
  for (const resample of ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] as const) {
    for (const size of [
      { width: 1, height: 90 },
      { width: 31, height: 3 },
    ]) {
      expect(new Set(resize(square(17, [93]), { ...size, resample }).data)).toEqual(new Set([93]));
    }
  }
});

test("resize refuses transparency and sizes that are none", () => {
  expect(() => resize(square(2, [1, 2, 3, 4]), { width: 3, height: 3 })).toThrow("expected 1 or 3 channels, got 4");
  expect(() => resize(square(2, [1]), { width: 0.5, height: 3 })).toThrow("a width and height from 1, got 0.5 x 3");
});

test("centerCrop pads with black what the image lacks", () => {
  const image = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 6, height: 1 };
  expect([...centerCrop(image, { width: 3, height: 2 }).data]).toEqual([0, 0, 0, 2, 3, 4]);
});

test("transparency lies on white, and grey is three colours", () => {
  const image = { data: Uint8Array.of(0, 0, 255, 51, 9, 9, 9, 0), width: 2, height: 1 };
  expect([...toRgb(image).data]).toEqual([204, 204, 255, 255, 255, 255]);
  expect([...toRgb({ data: Uint8Array.of(7), width: 1, height: 1 }).data]).toEqual([7, 7, 7]);
  expect([...toGrey(image).data]).toEqual([210, 255]);
});

describe("targetSize", () => {
  // get_size_with_aspect_ratio of transformers 5.23
  test.each([
    [
      [38, 16],
      [35, 9],
      [9, 4],
    ],
    [
      [39, 24],
      [31, 38],
      [38, 23],
    ],
    [
      [36, 17],
      [15, 13],
      [13, 6],
    ],
    [
      [10, 26],
      [15, 10],
      [4, 10],
    ],
    [
      [28, 25],
      [26, 37],
      [29, 26],
    ],
    [
      [9, 29],
      [24, 7],
      [2, 7],
    ],
    [
      [5, 10],
      [10, 5],
      [2, 5],
    ],
    [
      [10, 20],
      [30, 25],
      [12, 25],
    ],
  ])("%j by edges %j becomes %j", ([width = 0, height = 0], [shortestEdge = 0, longestEdge = 0], expected) => {
    const { size } = parsePreprocessorConfig({
      image_processor_type: "BitImageProcessor",
      size: { shortest_edge: shortestEdge, longest_edge: longestEdge },
    }).resize as { size: { shortestEdge: number } };
    const found = targetSize({ width, height }, size);
    expect([found.width, found.height]).toEqual(expected);
  });

  test("makes no wall of a line", () => {
    const size = { shortestEdge: 4096 };
    expect(() => targetSize({ width: 1, height: 5000 }, size)).toThrow(
      "at most 16777216 when resized, got 4096 x 20480000",
    );
  });
});
