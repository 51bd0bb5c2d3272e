// The expected numbers come from transformers' pipelines by golden/make_image_text_tasks.py.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import {
  createClassifier,
  createImageEmbedder,
  createZeroShotImageClassifier,
  type LabelScore,
  loadPretrained,
  memoryFiles,
  type Pretrained,
  pretrainedFiles,
} from "@qkv/pretrained";
import { pipeline } from "@qkv/pretrained/pipeline";
import { modelFolder } from "@qkv/pretrained/node";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import type { Pixels } from "@qkv/vit";
import { decodeImage } from "@qkv/vit/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Expected {
  readonly files: readonly string[];
  readonly labels: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly scores: readonly (readonly LabelScore[])[];
  readonly plain: readonly LabelScore[];
  readonly images: readonly (readonly number[])[];
  readonly texts: readonly (readonly number[])[];
}

const golden = (name: string) => fileURLToPath(new URL(`golden/${name}`, import.meta.url));
const IMAGES = fileURLToPath(new URL("../../vit/test/images/", import.meta.url));

beforeAll(() => initBackend("cpu"));

describe.each(["clip", "siglip"])("%s", (name) => {
  const expected = JSON.parse(readFileSync(join(golden(name), "expected.json"), "utf8")) as Expected;
  let pretrained: Pretrained;
  let images: readonly Pixels[];
  beforeAll(async () => {
    pretrained = await loadPretrained(modelFolder(golden(name)));
    images = await Promise.all(expected.files.map(async (file) => decodeImage(readFileSync(join(IMAGES, file)))));
  });
  afterAll(() => pretrained.model.dispose());

  test("reads texts as Python's tokenizer", () => {
    const { tokenizer } = pretrained;
    expect(expected.labels.map((label) => tokenizer?.encode(label).ids)).toEqual(expected.ids);
  });

  test("makes Python's vectors of images and of texts, many at once or one by one", async () => {
    const embedder = createImageEmbedder(pretrained);
    const vectors = await embedder.embedBatch(images, { batchSize: 1 });
    for (const [i, vector] of vectors.entries()) await expectClose(vector, [...(expected.images[i] ?? [])], CLOSE);
    const texts = await embedder.embedTexts(expected.labels);
    for (const [i, vector] of texts.entries()) await expectClose(vector, [...(expected.texts[i] ?? [])], CLOSE);
    await expectClose(await embedder.embedText(expected.labels[1] as string), [...(expected.texts[1] ?? [])], CLOSE);
    const short = await embedder.embed(images[0] as Pixels, { normalize: true });
    expect(Math.hypot(...short)).toBeCloseTo(1, 5);
    expect(embedder.similarity(short, vectors[0] as Float32Array)).toBeCloseTo(1, 5);
  });

  test("gives labels Python's scores", async () => {
    const classifier = createZeroShotImageClassifier(pretrained);
    const found = await classifier.classifyBatch(images, expected.labels);
    for (const [i, scores] of found.entries()) await expectScores(scores, expected.scores[i] ?? []);
    const plain = await classifier.classify(images[0] as Pixels, expected.labels, { hypothesis: "{}" });
    await expectScores(plain, expected.plain);
  });

  test("is saved and opened again", () =>
    expectNoLeaks(async () => {
      const again = await loadPretrained(memoryFiles(name, await pretrainedFiles(pretrained)));
      expect(again.config).toEqual(pretrained.config);
      const [image] = images as [Pixels];
      const vectors = await Promise.all(
        [again, pretrained].map(async (each) => createImageEmbedder(each).embed(image)),
      );
      expect(vectors[0]).toEqual(vectors[1]);
      again.model.dispose();
    }));

  test("refuses what it cannot do", async () => {
    expect(() => createClassifier(pretrained)).toThrow("expected a model that classifies images");
    const classifier = createZeroShotImageClassifier(pretrained);
    const [image] = images as [Pixels];
    await expect(classifier.classify(image, [])).rejects.toThrow("expected at least one label, got none");
    await expect(classifier.classify(image, ["a"], { hypothesis: "a" })).rejects.toThrow("a hypothesis with {}");
    await expect(classifier.embedder.embed({} as Pixels)).rejects.toThrow("expected a decoded image");
  });
});

test.each(["clip-classifier", "siglip-classifier"])(
  "%s: classes as Python's pipeline, saved and opened again",
  (name) =>
    expectNoLeaks(async () => {
      const expected = JSON.parse(readFileSync(join(golden(name), "expected.json"), "utf8")) as Expected;
      const images = await Promise.all(
        expected.files.map(async (file) => decodeImage(readFileSync(join(IMAGES, file)))),
      );
      const classify = await pipeline("image-classification", modelFolder(golden(name)));
      const found = await classify(images);
      for (const [i, scores] of found.entries()) await expectScores(scores, expected.scores[i] ?? []);
      const pretrained = await loadPretrained(modelFolder(golden(name)));
      const again = await loadPretrained(memoryFiles(name, await pretrainedFiles(pretrained)));
      expect(again.config).toEqual(pretrained.config);
      expect(await createClassifier(again).classifyBatch(images)).toEqual(found);
      for (const each of [classify, pretrained.model, again.model]) each.dispose();
    }),
);

test("an image classifier has no vectors of texts, and is told", async () => {
  const model = modelFolder(golden("classifier"));
  await expect(pipeline("image-feature-extraction", model)).rejects.toThrow("expected a model that encodes images");
  await expect(pipeline("zero-shot-image-classification", model)).rejects.toThrow("compares images with texts");
});

test("pipelines have Python's names", async () => {
  const classify = await pipeline("zero-shot-image-classification", modelFolder(golden("clip")));
  const embed = await pipeline("image-feature-extraction", modelFolder(golden("clip")));
  try {
    const image = await decodeImage(readFileSync(join(IMAGES, "rgb.png")));
    expect((await classify(image, ["cat", "dog"])).map(({ label }) => label).sort()).toEqual(["cat", "dog"]);
    expect(await embed([image, image])).toHaveLength(2);
  } finally {
    classify.dispose();
    embed.dispose();
  }
});

const CLOSE = { atol: 1e-5, rtol: 1e-5 };

async function expectScores(scores: readonly LabelScore[], wanted: readonly LabelScore[]): Promise<void> {
  expect(scores.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
  const numbers = (of: readonly LabelScore[]) => of.map(({ score }) => score);
  await expectClose(numbers(scores), numbers(wanted), { atol: 1e-6, rtol: 1e-5 });
}
