import { expect, test } from "vitest";
import { splitOf } from "./pairs.ts";

test.each([
  ["sentence 292", 4, "test"],
  ["sentence 187", 5, "validation"],
  ["sentence 49", 9, "validation"],
  ["sentence 640", 10, "training"],
] as const)("%s, whose SHA-256 begins with byte %d, is for %s", (english, _byte, split) => {
  expect(splitOf(english)).toBe(split);
  expect(splitOf(`  ${english}\n`)).toBe(split); // trimmed first
});
