import { RandomStream } from "@qkv/nn";
import { describe, expect, test } from "vitest";
import { randomCrop } from "./crop.ts";
import { randomErasing } from "./erasing.ts";
import { randomFlip } from "./flip.ts";
import type { Pixels } from "./pixels.ts";
import { randAugment } from "./randAugment.ts";

/** An image whose pixels all differ: each tells where it was. */
const image: Pixels = { width: 7, height: 5, channels: 3, data: Uint8Array.from({ length: 105 }, (_, i) => i + 100) };
const FILL = [1, 2, 3];

const seeds = Array.from({ length: 400 }, (_, seed) => seed);
const random = (seed: number) => new RandomStream(seed);

const pixel = ({ width, data }: Pixels, x: number, y: number) => {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
};

const augmentations = {
  randomCrop: (seed: number) => randomCrop(image, { padding: 2, fill: FILL }, random(seed)),
  randomFlip: (seed: number) => randomFlip(image, 0.5, random(seed)),
  randomErasing: (seed: number) => randomErasing(image, { probability: 0.5 }, random(seed)),
  randAugment: (seed: number) => randAugment(image, { magnitude: 15 }, random(seed)),
};

describe.each(Object.entries(augmentations))("%s", (_, augment) => {
  test("is the same for the same seed, differs between seeds, and leaves its image alone", () => {
    const before = image.data.slice();
    const results = seeds.map((seed) => [...augment(seed).data].join());
    expect(seeds.map((seed) => [...augment(seed).data].join())).toEqual(results);
    expect(new Set(results).size).toBeGreaterThan(1);
    expect(image.data).toEqual(before);
  });
});

test("a random crop moves the image by whole pixels, each way equally often, and fills what comes into sight", () => {
  const moves = seeds.map((seed) => {
    const out = augmentations.randomCrop(seed);
    const [first = 0] = pixel(out, 3, 2); // is in sight however it moved
    const place = (first - 100) / 3;
    const [dx, dy] = [(place % 7) - 3, Math.floor(place / 7) - 2] as const;
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 7; x++) {
        const [fromX, fromY] = [x + dx, y + dy] as const;
        const inside = fromX >= 0 && fromX < 7 && fromY >= 0 && fromY < 5;
        expect(pixel(out, x, y)).toEqual(inside ? pixel(image, fromX, fromY) : FILL);
      }
    }
    return `${dx},${dy}`;
  });
  const counts = [...new Set(moves)].map((move) => moves.filter((other) => other === move).length);
  expect(counts).toHaveLength(25);
  expect(Math.min(...counts)).toBeGreaterThan(4); // of 16 on average
});

test("a flip mirrors left for right, as often as asked", () => {
  const mirrored = randomFlip(image, 1, random(0));
  for (let x = 0; x < 7; x++) expect(pixel(mirrored, x, 1)).toEqual(pixel(image, 6 - x, 1));
  expect(randomFlip(mirrored, 1, random(0)).data).toEqual(Uint8ClampedArray.from(image.data));
  const flips = seeds.filter((seed) => randomFlip(image, 0.25, random(seed)) !== image).length;
  expect(flips / seeds.length).toBeCloseTo(0.25, 1);
});

test("erasing paints one rectangle, of an area and a shape within the limits", () => {
  const large: Pixels = { width: 40, height: 30, channels: 1, data: new Uint8Array(1200).fill(9) };
  const areas = seeds.map((seed) => {
    const out = randomErasing(large, { probability: 1, area: [0.1, 0.2], aspect: [0.5, 2] }, random(seed));
    const erased = [...out.data.keys()].filter((i) => out.data[i] === 0);
    const [columns, rows] = [new Set(erased.map((i) => i % 40)).size, new Set(erased.map((i) => i - (i % 40))).size];
    expect(erased).toHaveLength(columns * rows); // a rectangle
    expect(rows / columns).toBeGreaterThan(0.5 * 0.85); // sides are rounded
    expect(rows / columns).toBeLessThan(2 * 1.15);
    return erased.length / 1200;
  });
  expect(Math.min(...areas)).toBeGreaterThan(0.09);
  expect(Math.max(...areas)).toBeLessThan(0.22);
  expect(Math.max(...areas) - Math.min(...areas)).toBeGreaterThan(0.08);
});

test("RandAugment at magnitude 0 keeps shapes, and refuses a magnitude that there is not", () => {
  const shapes = seeds.map((seed) => randAugment(image, { magnitude: 0, operations: 1 }, random(seed)));
  expect(shapes.every(({ width, height, channels }) => width === 7 && height === 5 && channels === 3)).toBe(true);
  // all but equalize, auto-contrast and posterize or solarize at their mildest change nothing then
  const changed = shapes.filter(({ data }) => data.some((value, i) => value !== image.data[i])).length;
  expect(changed / seeds.length).toBeLessThan(0.25);
  expect(() => randAugment(image, { magnitude: 31 }, random(0))).toThrow("expected a magnitude from 0 to 30, got 31");
});
