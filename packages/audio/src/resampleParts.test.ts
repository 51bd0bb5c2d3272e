import { expect, test } from "vitest";
import { microphone, resample, resampleParts } from "./index.ts";

test.each([
  [48_000, 16_000, 4800],
  [44_100, 16_000, 4410],
  [16_000, 24_000, 777],
  [16_000, 16_000, 100],
])("from %d to %d Hz in parts of %d: to the bit the whole", async (from, to, size) => {
  const sound = Float32Array.from({ length: 12_345 }, (_, i) => Math.sin(i * i * 1e-5));
  const parts = Array.from({ length: Math.ceil(sound.length / size) }, (_, i) => sound.slice(i * size, (i + 1) * size));
  const made: number[] = [];
  let count = 0;
  for await (const part of resampleParts(parts, from, to)) {
    made.push(...part);
    count += 1;
  }
  expect(Buffer.from(Float32Array.from(made).buffer).equals(Buffer.from(resample(sound, from, to).buffer))).toBe(true);
  expect(count).toBeGreaterThan(1); // they come before the sound ends
});

test("what is shorter than the filter, and nothing", async () => {
  const of = async (length: number) => {
    const made: number[] = [];
    for await (const part of resampleParts([new Float32Array(length).fill(0.5)], 44_100, 16_000)) made.push(...part);
    return made;
  };
  expect(await of(0)).toEqual([]);
  expect(await of(3)).toEqual([...resample(new Float32Array(3).fill(0.5), 44_100, 16_000)]);
});

test("there is no microphone outside of a page", async () => {
  await expect(microphone().next()).rejects.toThrow("microphone: expected a page served over https");
  await expect(microphone({ sampleRate: 0 }).next()).rejects.toThrow("microphone: expected sampleRate");
});
