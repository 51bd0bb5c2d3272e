import { expect, test, vi } from "vitest";
import { describeHeat } from "./describeHeat.ts";
import { MESSAGES } from "./messages.ts";

vi.mock("@qkv/app-shell", () => ({ formatPercent: (share: number) => `${100 * share}%` })); // without a page

const strongest = [
  { patch: 5, share: 0.25, above: 0.5 },
  { patch: 0, share: 0.2, above: 0.25 },
];
const evidence = { kind: "evidence", label: 0 } as const;
const rollout = { kind: "rollout" } as const;
const ofPatch = { kind: "rollout", patch: 3 } as const;

test.each([
  ["en", evidence, "More than an even share: row 2, column 3 (+50%), row 1, column 1 (+25%)."],
  ["en", rollout, "Most of it: row 2, column 3 (25%), row 1, column 1 (20%)."],
  ["en", ofPatch, "The patch in row 2, column 1 looked at: row 2, column 3 (25%), row 1, column 1 (20%)."],
  ["ko", evidence, "고른 몫보다 많은 곳: 2행 3열(+50%), 1행 1열(+25%)."],
  ["ko", rollout, "가장 많이 본 곳: 2행 3열(25%), 1행 1열(20%)."],
] as const)("in %s, of %o, says %s", (language, request, said) => {
  expect(describeHeat({ columns: 3, strongest }, request, MESSAGES[language].saliency)).toBe(said);
});

test.each([
  ["en", evidence, "It is even: no place stands out."],
  ["en", rollout, "It is even: no place stands out."],
  ["en", ofPatch, "The patch in row 2, column 1 looked evenly: no place stands out."],
  ["ko", evidence, "고르게 퍼져 있습니다. 눈에 띄는 곳이 없습니다."],
  ["ko", ofPatch, "2행 1열의 패치는 고르게 보았습니다. 눈에 띄는 곳이 없습니다."],
] as const)("in %s, of %o, where nothing stands out, says %s", (language, request, said) => {
  expect(describeHeat({ columns: 3, strongest: [] }, request, MESSAGES[language].saliency)).toBe(said);
});
