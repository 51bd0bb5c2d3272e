import { readMono } from "@qkv/audio";
import { expect, test } from "vitest";
import { loudnessOf } from "./loudness.ts";

test("tells the least and the greatest sample of each step, and of the last part", async () => {
  const samples = new Float32Array(50 * 61 * 2 + 1); // 61 seconds of two samples a step, and one more
  samples.set([0.5, -0.25, 2, -2]);
  samples[samples.length - 1] = -0.5;
  const { extremes } = await loudnessOf(readMono({ channels: [samples], sampleRate: 100 }, 100), 100);
  expect(extremes.length).toBe(2 * (50 * 61 + 1));
  expect([...extremes.slice(0, 6)]).toEqual([-32, 64, -127, 127, 0, 0]);
  expect([...extremes.slice(-4)]).toEqual([0, 0, -64, 0]);
});
