import { describe, expect, test } from "vitest";
import { parsePreprocessorConfig } from "./parsePreprocessorConfig.ts";

const VIT = { image_processor_type: "ViTImageProcessor" };

describe("parsePreprocessorConfig", () => {
  test("takes each processor's own defaults", () => {
    const rescaleFactor = 1 / 255;
    const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    expect(parsePreprocessorConfig(VIT)).toEqual({
      resize: { size: { width: 224, height: 224 }, resample: "bilinear" },
      rescaleFactor,
      normalize: half,
    });
    expect(parsePreprocessorConfig({ image_processor_type: "DeiTImageProcessorFast" })).toEqual({
      resize: { size: { width: 256, height: 256 }, resample: "bicubic" },
      centerCrop: { width: 224, height: 224 },
      rescaleFactor,
      normalize: half,
    });
    expect(parsePreprocessorConfig({ feature_extractor_type: "ConvNextFeatureExtractor" })).toEqual({
      resize: { size: { width: 384, height: 384 }, resample: "bicubic" },
      rescaleFactor,
      normalize: half,
    });
  });

  test("goes by the model where the file names no processor, as the oldest do", () => {
    const old = { do_normalize: true, do_resize: true, size: 384 };
    expect(parsePreprocessorConfig(old, "vit").resize?.size).toEqual({ width: 384, height: 384 });
    expect(parsePreprocessorConfig({}, "deit").centerCrop).toEqual({ width: 224, height: 224 });
  });

  test("takes null for not said, and says nothing of steps that are off", () => {
    const off = { ...VIT, do_resize: false, do_rescale: false, do_normalize: false, resample: null, size: null };
    expect(parsePreprocessorConfig(off)).toEqual({});
  });

  test.each([
    ["text", "vit", "expected a JSON object, got"],
    ["no processor", {}, "image_processor_type: expected ViTImageProcessor, "],
    ["another processor", { image_processor_type: "LevitImageProcessor" }, 'got "LevitImageProcessor"'],
    ["a processor named like a method", { image_processor_type: "toString" }, 'got "toString"'],
    ["a size of 0", { ...VIT, size: 0 }, "size: expected a whole number from 1, got 0"],
    ["half a size", { ...VIT, size: { height: 3 } }, 'size: expected a number or { height, width }, got {"height":3}'],
    [
      "an edge that is not known",
      { ...VIT, size: { shortest_edge: 3, max_height: 4 } },
      "size: expected shortest_edge",
    ],
    ["a size of a wall", { ...VIT, size: 30000 }, "size: expected at most 16777216 pixels, got 30000 x 30000"],
    ["a crop of a wall", { ...VIT, do_center_crop: true, crop_size: 2 ** 31 }, "crop_size: expected at most 16777216"],
    ["an edge of a wall", { ...VIT, size: { shortest_edge: 5000 } }, "size.shortest_edge: expected at most 16777216"],
    ["an unknown filter", { ...VIT, resample: 7 }, "resample: expected a number from 0 to 5, got 7"],
    ["a flag that is text", { ...VIT, do_resize: "yes" }, 'do_resize: expected true or false, got "yes"'],
    ["two means", { ...VIT, image_mean: [0.5, 0.5] }, "image_mean: expected 3 numbers, or 1 for grey, got [0.5,0.5]"],
    ["a mean that is text", { ...VIT, image_mean: ["a", 1, 2] }, "image_mean: expected 3 numbers"],
    ["fewer deviations", { ...VIT, image_std: [1] }, "image_std: expected 3 numbers as in image_mean, got 1"],
    ["a deviation of 0", { ...VIT, image_std: [1, 0, 1] }, "image_std: expected no 0"],
    ["a factor of 0", { ...VIT, rescale_factor: 0 }, "rescale_factor: expected a number above 0, got 0"],
    ["padding", { ...VIT, do_pad: true }, "do_pad: expected false, got true"],
  ])("refuses %s by the field's name", (_, json, message) => {
    expect(() => parsePreprocessorConfig(json)).toThrow(message);
  });
});
