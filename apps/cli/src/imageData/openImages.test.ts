import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openImages, splitForValidation } from "./openImages.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-images-"));
  await writeCollections();
});
afterAll(() => rm(folder, { recursive: true }));

/** Each image is of one grey that tells which it is. */
const TRAIN = ["cat", "dog"].flatMap((name, label) =>
  Array.from({ length: 10 }, (_, i) => ({
    name: `train/${name}/${String(i).padStart(4, "0")}.jpg`,
    grey: 100 * label + 10 * i,
  })),
);
const TEST = [
  { name: "test/cat/0000.jpg", grey: 7 },
  { name: "test/dog/0000.png", grey: 107 },
];

async function writeCollections(): Promise<void> {
  const archive = pack();
  for (const { name, grey } of [...TRAIN, ...TEST]) {
    const image = sharp({ create: { width: 8, height: 6, channels: 3, background: { r: grey, g: grey, b: grey } } });
    const bytes = await (name.endsWith("png") ? image.png() : image.jpeg()).toBuffer();
    const file = path.join(folder, "files", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    archive.entry({ name }, bytes);
  }
  archive.entry({ name: "train/cat/notes.txt" }, "no image");
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  await mkdir(path.join(folder, "packed"));
  await writeFile(path.join(folder, "packed", "animals.tar.gz"), gzipSync(Buffer.concat(chunks)));
  await writeFile(path.join(folder, "broken.tar.gz"), gzipSync(Buffer.concat(chunks)).subarray(0, 500));
  await writeFile(path.join(folder, "text.tar"), "no archive at all, but long enough to be looked into".repeat(20));
}

const greys = (images: readonly { data: ArrayLike<number> }[]) => images.map(({ data }) => data[0]);

describe.each(["files", "packed", "packed/animals.tar.gz"])("images in %s", (ref) => {
  test("are those of the part, with their classes in order", async () => {
    const train = await openImages(ref, "train", folder);
    expect(train.classes).toEqual(["cat", "dog"]);
    expect(greys(train.images)).toEqual(TRAIN.map(({ grey }) => grey));
    expect([...train.labels]).toEqual(TRAIN.map(({ grey }) => (grey < 100 ? 0 : 1)));
    expect(train.images[0]).toMatchObject({ width: 8, height: 6, channels: 3 });
    const { images } = await openImages(ref, "test", folder);
    expect(greys(images)).toEqual(TEST.map(({ grey }) => grey));
  });
});

test("a collection without parts is whole in each", async () => {
  const { images, classes } = await openImages(path.join(folder, "files", "train"), "test");
  expect([images.length, classes]).toEqual([20, ["cat", "dog"]]);
});

test("every tenth image is kept for validation, and no other", async () => {
  const { training, validation } = splitForValidation(await openImages("files", "train", folder));
  expect(greys(validation.images)).toEqual([90, 190]);
  expect([...validation.labels]).toEqual([0, 1]);
  expect(training.images).toHaveLength(18);
});

test("says what it expected where there are no images", async () => {
  await expect(openImages("nowhere", "train", folder)).rejects.toThrow(
    "a folder or a tar archive of images, got nothing called nowhere, nor is it in",
  );
  await expect(openImages("broken.tar.gz", "train", folder)).rejects.toThrow(
    "broken.tar.gz: expected a tar archive of images",
  );
  await expect(openImages("text.tar", "train", folder)).rejects.toThrow("text.tar: expected a tar archive of images");
  await mkdir(path.join(folder, "empty"));
  await expect(openImages("empty", "train", folder)).rejects.toThrow("image files in CLASS/ or train/CLASS/, got none");
});

test("names the file that is no image", async () => {
  const bad = path.join(folder, "bad");
  await mkdir(path.join(bad, "cat"), { recursive: true });
  await writeFile(path.join(bad, "cat", "a.jpg"), "text");
  await expect(openImages(bad, "train")).rejects.toThrow("cat/a.jpg: expected a PNG, JPEG");
});

test("tells an idx file that is cut off, or none", async () => {
  const digits = path.join(folder, "digits");
  await mkdir(digits);
  const images = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3]), Buffer.alloc(12, 5)]);
  const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]);
  const write = (name: string, bytes: Uint8Array) => writeFile(path.join(digits, name), bytes);
  await write("t10k-images-idx3-ubyte", images);
  await write("t10k-labels-idx1-ubyte.gz", gzipSync(labels));
  const set = await openImages(digits, "test");
  expect(set).toMatchObject({ classes: ["0", "1"], labels: Int32Array.of(1, 0) });
  expect(set.images[1]).toMatchObject({ width: 3, height: 2, channels: 1 });
  expect([...(set.images[1]?.data ?? [])]).toEqual([5, 5, 5, 5, 5, 5]);
  await expect(openImages(digits, "train")).rejects.toThrow("expected train-images-idx3-ubyte or its .gz, got none");

  await write("t10k-images-idx3-ubyte", images.subarray(0, 20));
  await expect(openImages(digits, "test")).rejects.toThrow("expected 12 bytes for [2,2,3], got 4");
  await write("t10k-images-idx3-ubyte", await readFile(path.join(folder, "text.tar")));
  await expect(openImages(digits, "test")).rejects.toThrow("expected an idx file of bytes");
});
