import { describe, expect, test } from "vitest";
import { RandomStream } from "./randomStream.ts";

describe("RandomStream", () => {
  test("is the same for the same seed, and another for another seed, counter or fork", () => {
    const draw = (stream: RandomStream) => Array.from({ length: 5 }, () => stream.next());
    expect(draw(new RandomStream(1))).toEqual(draw(new RandomStream(1)));
    expect(draw(new RandomStream(1, 2))).toEqual(
      draw(new RandomStream(1))
        .slice(2)
        .concat(draw(new RandomStream(1, 5)).slice(0, 2)),
    );
    const streams = [
      new RandomStream(1),
      new RandomStream(2),
      new RandomStream(1).fork(0),
      new RandomStream(1).fork(1),
    ];
    expect(new Set(streams.map((stream) => draw(stream).join())).size).toBe(streams.length);
  });

  test("is uniform: each of 16 equal parts gets its share of 16,000 draws", () => {
    const stream = new RandomStream(3);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16000; i++) {
      const part = Math.floor(stream.uniform() * 16);
      counts[part] = (counts[part] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150); // five standard deviations
  });
});
