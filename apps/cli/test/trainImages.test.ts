import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { RandomStream } from "@qkv/nn";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";
import { killedAgainAndAgain, logOf } from "./killedRun.ts";

let folder: string;
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-train-images-"));
  config = path.join(folder, "config.json");
  await Promise.all([buildProgram(), writeImages(), writeConfig()]);
});
afterAll(() => rm(folder, { recursive: true }));

const [SIZE, CLASSES] = [8, 3];

/** Noise with a bright bar in it: lying, standing or aslant, wherever it is. */
function image(label: number, random: RandomStream): Uint8Array {
  const at = Math.floor(random.uniform() * SIZE);
  return Uint8Array.from({ length: SIZE * SIZE }, (_, i) => {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    const onBar = [y === at, x === at, x === y][label] ?? false;
    return Math.floor(random.uniform() * 100) + (onBar ? 150 : 0);
  });
}

function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return gzipSync(Buffer.concat([header, data]));
}

/** As MNIST's files are. */
async function writeImages(): Promise<void> {
  await mkdir(path.join(folder, "bars"));
  for (const [prefix, count] of [
    ["train", 300],
    ["t10k", 90],
  ] as const) {
    const random = new RandomStream(count);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
    const images = Buffer.concat([...labels].map((label) => image(label, random)));
    const write = (kind: string, bytes: Buffer) => writeFile(path.join(folder, "bars", `${prefix}-${kind}.gz`), bytes);
    await write("images-idx3-ubyte", idx([count, SIZE, SIZE], images));
    await write("labels-idx1-ubyte", idx([count], labels));
  }
}

async function writeConfig(): Promise<void> {
  const recipe = {
    task: "image-classification",
    data: { images: "bars", labels: ["lying", "standing", "aslant"] },
    model: {
      ...{ imageSize: SIZE, patchSize: 4, stem: [{ channels: 8, stride: 2 }] },
      ...{ dModel: 16, numLayers: 1, numHeads: 2, ffnDim: 32, dropout: 0.05, dropPath: 0.1 },
    },
    normalize: { mean: [0.2], std: [0.25] },
    augmentation: { crop: 1, flip: 0, erasing: 0.1, mixup: 0.1, randAugment: { operations: 1, magnitude: 2 } },
    training: { steps: 80, batchSize: 30, optimizer: "muon", learningRate: 0.01, warmupSteps: 5 },
    validation: { everySteps: 20 },
    checkpoints: { everySteps: 10, average: 2 },
  };
  await writeFile(config, JSON.stringify(recipe));
}

test("a run that is killed again and again ends as one that never was, with a model that knows the test set", async () => {
  const [whole, killed] = [path.join(folder, "whole"), path.join(folder, "killed")];
  const place = ["--data", folder, "--backend", "wasm"];
  const started = ["train", "image-classification", "--config", config];
  expect(await qkv([...started, "--out", whole, ...place])).toMatchObject({ code: 0, stdout: "" });
  await killedAgainAndAgain(
    [...started, "--out", killed, ...place],
    [...started.slice(0, 2), "--resume", killed, ...place],
    killed,
    30,
  );

  expect(await logOf(killed)).toEqual(await logOf(whole));
  for (const file of ["model.safetensors", "config.json", "preprocessor_config.json"]) {
    const [a, b] = await Promise.all([whole, killed].map((run) => readFile(path.join(run, "model", file))));
    expect(a?.equals(b ?? Buffer.alloc(0)), file).toBe(true);
  }
  expect(await readFile(path.join(whole, "curve.svg"), "utf8")).toMatch(/^<svg[^]*validation loss/);

  const data = ["--data", path.join(folder, "bars"), "--backend", "wasm", "--json"];
  const { code, stdout, stderr } = await qkv([
    "evaluate",
    "image-classification",
    "--model",
    path.join(whole, "model"),
    ...data,
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const score = JSON.parse(stdout) as { accuracy: number; images: number };
  expect(score).toMatchObject({ images: 90 });
  expect(score.accuracy).toBeGreaterThan(0.8); // 0.33 by guessing
});

test("a config is checked before anything starts, each problem by its field", async () => {
  const file = path.join(folder, "bad.json");
  await writeFile(
    file,
    JSON.stringify({ task: "image-classification", model: { patchSize: -1 }, augmentation: { flip: 2 } }),
  );
  const { code, stderr } = await qkv([
    "train",
    "image-classification",
    "--config",
    file,
    "--out",
    path.join(folder, "bad"),
  ]);
  expect(code).toBe(2);
  for (const field of ["data", "model.patchSize", "augmentation.flip", "training"]) expect(stderr).toContain(field);
});
