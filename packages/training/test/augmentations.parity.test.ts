import { golden } from "@qkv/testing";
import { describe, expect, test } from "vitest";
import { affine, type AffineMap, rotation } from "../src/images/affine.ts";
import type { Pixels } from "../src/images/pixels.ts";
import {
  autoContrast,
  brightness,
  contrast,
  equalize,
  posterize,
  saturation,
  sharpness,
  solarize,
} from "../src/images/tones.ts";

const pillow = golden(new URL("golden/augmentations.safetensors", import.meta.url));

const AFFINE: Readonly<Record<string, AffineMap>> = {
  shear: [1, 0.27, 0, -0.13, 1, 0],
  translate: [1, 0, -5, 0, 1, 3],
  scale: [0.7, 0.1, 1.3, 0.2, 1.1, -2.4],
};
const TONES = { autoContrast, brightness, contrast, equalize, posterize, saturation, sharpness, solarize };
const FILL = [7, 8, 9];

function picture(channels: 1 | 3): Pixels {
  const { shape, data } = pillow.array(`${channels}.image`);
  const [height = 0, width = 0] = shape;
  return { width, height, channels, data: Uint8Array.from(data) };
}

/** The change that a golden array is named for: `contrast.1.27`. */
function changed(image: Pixels, name: string): Pixels {
  const [kind = "", ...rest] = name.split(".");
  const amount = rest.join(".");
  if (kind === "affine") return affine(image, AFFINE[amount] as AffineMap, FILL);
  if (kind === "rotate") return affine(image, rotation(image, Number(amount)), FILL);
  return TONES[kind as keyof typeof TONES](image, Number(amount));
}

describe.each([1, 3] as const)("images of %i channels change as under Pillow", (channels) => {
  const image = picture(channels);
  const expected = [...pillow.under(`${channels}.`)].filter(([name]) => name !== "image");
  test.each(expected)("%s", (name, { data }) => {
    expect([...changed(image, name).data]).toEqual([...data]);
  });
});
