// The expected bytes and floats come from Pillow and transformers by golden/make_images.py, and ours are the same ones:
// nothing here is approximate.
import { golden, type GoldenArray } from "@qkv/testing";
import { describe, expect, test } from "vitest";
import {
  parsePreprocessorConfig,
  type Pixels,
  preprocessImages,
  type Resample,
  RESAMPLE_FILTERS,
  resize,
} from "@qkv/vit";

const expected = golden(new URL("golden/images.safetensors", import.meta.url));
const numbers = (kind: string) => [
  ...new Set(expected.names.filter((name) => name.startsWith(`${kind}.`)).map((name) => name.split(".")[1])),
];

/** [height, width, channels] */
function pixelsOf({ shape, data }: GoldenArray): Pixels {
  const [height = 0, width = 0, channels] = shape;
  return { data: Uint8Array.from(data), width, height, channels: channels as 1 | 3 | 4 };
}

describe.each([...Object.keys(RESAMPLE_FILTERS), "nearest"] as Resample[])("resize with %s", (resample) => {
  test.each(numbers("resize"))("gives Pillow's bytes for image %s", (number) => {
    const wanted = pixelsOf(expected.array(`resize.${number}.${resample}`));
    const image = pixelsOf(expected.array(`resize.${number}.in`));
    expect(resize(image, { width: wanted.width, height: wanted.height, resample })).toEqual(wanted);
  });
});

describe("preprocessImages", () => {
  test.each(numbers("process"))("gives transformers' floats for image %s", (number) => {
    const config = parsePreprocessorConfig(JSON.parse(expected.metadata[`process.${number}`] ?? ""));
    const wanted = expected.array(`process.${number}.pixel_values`);
    const { data, shape } = preprocessImages([pixelsOf(expected.array(`process.${number}.image`))], config);
    expect(shape).toEqual(wanted.shape);
    expect(data).toEqual(wanted.data);
  });
});
