import { expect, test } from "vitest";
import { SentSound } from "./sentSound.ts";

test("what was sent in parts is read across them", async () => {
  const sound = new SentSound();
  for (const part of [[0, 0.25], [0.5], [-1, 2]]) sound.push(Float32Array.from(part));
  expect(sound.length).toBe(5);
  const [samples] = (await sound.read(1, 9)).channels;
  expect(Array.from(samples ?? [], (sample) => Math.round(sample * 1000) / 1000)).toEqual([0.25, 0.5, -1, 1]);
  expect((await sound.read(9, 12)).channels[0]).toHaveLength(0);
});
