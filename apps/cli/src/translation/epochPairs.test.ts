import { describe, expect, test } from "vitest";
import { Augmenter } from "./augmentation/augmenter.ts";
import { Casing } from "./augmentation/casing.ts";
import { parseValueLists } from "./augmentation/valueLists.ts";
import { epochPairs } from "./epochPairs.ts";

const training = Array.from({ length: 200 }, (_, i) => ({ source: `I see Tom ${i}.`, target: `Je vois Tom ${i}.` }));
const rates = {
  lists: "",
  swapped: 0.5,
  joined: 0.2,
  smallLetters: 0.2,
  capitals: 0.2,
  noFinalMark: 0.2,
  noApostrophes: 0.1,
  noAccents: 0,
  noSpaceBeforeMarks: 0,
  casual: 0,
  oneSpaceLess: 0,
};
const lists = parseValueLists(
  ["man\tTom\tTom", "man\tLuke\tLuke", "woman\tMary\tMary", "surname\tBell\tBell"],
  "lists.tsv",
  "fr",
);
const filling = { languages: { source: "en", target: "fr" }, lists, part: "training" } as const;
const augmenter = new Augmenter(rates, filling, new Casing([]));
const splits = { training, validation: [], added: [] };

describe("epochPairs", () => {
  test("are the same for the same seed and epoch, and others in another epoch", () => {
    const first = epochPairs(splits, augmenter, { seed: 1, epoch: 3 });
    expect(epochPairs(splits, augmenter, { seed: 1, epoch: 3 })).toEqual(first);
    expect(epochPairs(splits, augmenter, { seed: 1, epoch: 4 })).not.toEqual(first);
    expect(first.filter(({ source }, i) => source !== training[i]?.source).length).toBeGreaterThan(100);
  });

  test("without augmentation are as they were read", () => {
    expect(epochPairs(splits, undefined, { seed: 1, epoch: 0 })).toEqual(training);
  });

  test("have each pair of an added source as often as it weighs, up to the cap", () => {
    const pairs = Array.from({ length: 400 }, (_, i) => ({ source: `${i}`, target: `${i}` }));
    const drawn = (weight: number, cap = Infinity) =>
      epochPairs({ ...splits, training: [], added: [{ pairs, weight, cap }] }, undefined, { seed: 1, epoch: 0 });
    expect(drawn(2)).toHaveLength(800);
    expect(Math.abs(drawn(1.5).length - 600)).toBeLessThan(50);
    expect(new Set(drawn(1, 100).map(({ source }) => source)).size).toBe(100);
  });

  test("have none that augmentation makes a tested one of", () => {
    const isTested = ({ source }: { source: string }) => /bell/i.test(source);
    const drawn = [0, 1, 2, 3].flatMap((epoch) => epochPairs(splits, augmenter, { seed: 1, epoch }));
    const apart = [0, 1, 2, 3].flatMap((epoch) => epochPairs({ ...splits, isTested }, augmenter, { seed: 1, epoch }));
    expect(drawn.some(isTested)).toBe(true);
    expect(apart).toEqual(drawn.filter((pair) => !isTested(pair)));
  });
});
