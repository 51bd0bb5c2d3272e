import { RandomStream } from "@qkv/nn";
import { expect, test } from "vitest";
import { Casing } from "./casing.ts";
import {
  inCapitals,
  withoutAccents,
  withoutApostrophes,
  withoutFinalMark,
  withoutOneSpace,
  withoutSpaceBeforeMarks,
} from "./writing.ts";

test("a final mark goes on both sides or on none", () => {
  expect(withoutFinalMark({ source: "Where is it?", target: "Où est-ce ?" })).toEqual({
    source: "Where is it",
    target: "Où est-ce",
  });
  expect(withoutFinalMark({ source: "Yes.", target: "Oui" })).toEqual({ source: "Yes.", target: "Oui" });
});

test("capitals keep accents; a keyboard without accents changes the source alone", () => {
  const pair = { source: "Où est ma sœur ?", target: "Where is my sister?" };
  expect(inCapitals(pair)).toEqual({ source: "OÙ EST MA SŒUR ?", target: "WHERE IS MY SISTER?" });
  expect(withoutAccents(pair)).toEqual({ ...pair, source: "Ou est ma soeur ?" });
  expect(withoutSpaceBeforeMarks(pair)).toEqual({ ...pair, source: "Où est ma sœur?" });
});

test("apostrophes go from inside words only", () => {
  expect(withoutApostrophes({ source: "I don’t say 'no'", target: "t'" })).toEqual({
    source: "I dont say 'no'",
    target: "t'",
  });
});

test("casing learns names from inside sentences", () => {
  const casing = new Casing(["Il voit Tom et où il est.", "Est-ce que Tom a dit où ?", "et la peut-être"]);
  expect(
    ["Où est-il ?", "Tom est là.", "« Il voit »", "Peut-être."].map((text) => casing.withSmallStart(text)),
  ).toEqual(["où est-il ?", "Tom est là.", "« il voit »", "peut-être."]);
});

test("a Korean source loses one of its spaces, not one beside a number or Latin letters", () => {
  const pair = { source: "오늘 3 시에 Tom 집에 가요.", target: "I go to Tom's at 3 today." };
  expect(withoutOneSpace(pair, new RandomStream(1))).toEqual({ ...pair, source: "오늘 3 시에 Tom 집에가요." });
  expect(withoutOneSpace({ source: "네.", target: "Yes." }, new RandomStream(1)).source).toBe("네.");
});
