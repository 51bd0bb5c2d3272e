// The expected numbers come from transformers' post_process_object_detection by golden/make_detectors.py.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import {
  createClassifier,
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
  readonly objects: readonly { readonly score: number; readonly label: string; readonly box: readonly number[] }[];
}

const FOLDER = fileURLToPath(new URL("golden/yolos", import.meta.url));
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

test("finds what Python finds, in pixels of the image", async () => {
  const detector = createDetector(pretrained);
  const found = await detector.detectBatch(images, { threshold: 0.3 });
  for (const [i, objects] of found.entries()) {
    const { shape, objects: wanted } = expected[i] as Expected;
    expect(preprocessImages([images[i] as Pixels], detector.imageProcessor).shape).toEqual(shape);
    const sorted = [...wanted].sort((a, b) => b.score - a.score);
    expect(objects.map(({ label }) => label)).toEqual(sorted.map(({ label }) => label));
    const numbers = objects.flatMap(({ score, box: { xMin, yMin, xMax, yMax } }) => [score, xMin, yMin, xMax, yMax]);
    await expectClose(
      numbers,
      sorted.flatMap(({ score, box }) => [score, ...box]),
      { atol: 1e-5, rtol: 1e-5 },
    );
  }
  expect(await detector.detect(images[0] as Pixels, { threshold: 1 })).toEqual([]);
});

test("is saved and opened again", () =>
  expectNoLeaks(async () => {
    const again = await loadPretrained(memoryFiles("yolos", await pretrainedFiles(pretrained)));
    expect(again.config).toEqual(pretrained.config);
    expect(again.imageProcessor).toEqual(pretrained.imageProcessor);
    again.model.dispose();
  }));

test("refuses what it cannot do", async () => {
  expect(() => createClassifier(pretrained)).toThrow("expected a model that classifies images");
  await expect(createDetector(pretrained).detect(images[0] as Pixels, { threshold: 2 })).rejects.toThrow(
    "a threshold from 0 to 1",
  );
});
