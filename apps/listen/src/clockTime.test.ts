import { expect, test } from "vitest";
import { clockTime } from "./clockTime.ts";

test.each([
  [0, 0, "0:00"],
  [7.99, 0, "0:07"],
  [59.999, 2, "0:59.99"],
  [60, 0, "1:00"],
  [3723.5, 1, "1:02:03.5"],
])("%d seconds with %d digits", (seconds, digits, shown) => {
  expect(clockTime(seconds, "en", digits)).toBe(shown);
});
