// The expected numbers come from transformers' post_process_depth_estimation by golden/make_depth.py.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import {
  createDepthEstimator,
  createDetector,
  loadPretrained,
  memoryFiles,
  type Pretrained,
  pretrainedFiles,
} from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import { type Pixels, preprocessImages } from "@qkv/vit";
import { decodeImage } from "@qkv/vit/node";
import { afterAll, beforeAll, expect, test } from "vitest";

interface Expected {
  readonly file: string;
  readonly shape: readonly number[];
  readonly size: readonly [number, number];
  readonly depth: readonly number[];
}

const FOLDER = fileURLToPath(new URL("golden/depth-anything", import.meta.url));
const IMAGES = fileURLToPath(new URL("../../vit/test/images/", import.meta.url));
const expected = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8")) as readonly Expected[];

let pretrained: Pretrained;
let images: readonly Pixels[];
beforeAll(async () => {
  await initBackend("cpu");
  pretrained = await loadPretrained(modelFolder(FOLDER));
  images = await Promise.all(expected.map(async ({ file }) => decodeImage(readFileSync(join(IMAGES, file)))));
});
afterAll(() => pretrained.model.dispose());

test("estimates Python's depth of each pixel", async () => {
  const estimator = createDepthEstimator(pretrained);
  const maps = await estimator.estimateBatch(images);
  for (const [i, { width, height, data, isMetric }] of maps.entries()) {
    const { shape, size, depth } = expected[i] as Expected;
    expect(preprocessImages([images[i] as Pixels], estimator.imageProcessor).shape).toEqual(shape);
    expect([height, width, isMetric]).toEqual([...size, false]);
    await expectClose(data, [...depth], { atol: 1e-4, rtol: 1e-5 });
  }
});

test("is saved and opened again", () =>
  expectNoLeaks(async () => {
    const again = await loadPretrained(memoryFiles("depth", await pretrainedFiles(pretrained)));
    expect(again.config).toEqual(pretrained.config);
    expect(again.imageProcessor).toEqual(pretrained.imageProcessor);
    again.model.dispose();
  }));

test("refuses what it cannot do", () => {
  expect(() => createDetector(pretrained)).toThrow("expected a model that detects objects");
});
