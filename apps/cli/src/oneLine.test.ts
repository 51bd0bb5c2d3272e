import { expect, test } from "vitest";
import { jsonLine, oneLine } from "./oneLine.ts";

test("oneLine has no line break that any reader knows, and all other white space", () => {
  expect(oneLine("a \n\n b\r\nc\rd\ve\ff\u0085g\u2028h\u2029i j")).toBe("a b c d e f g h i j");
  expect(oneLine(" a\u00a0\tb  c ")).toBe(" a\u00a0\tb  c ");
  expect(oneLine(" ".repeat(200_000)).length).toBe(200_000); // quadratic, it would take minutes
});

test("jsonLine is the same value on one line", () => {
  const value = { text: "a\u2028b\u2029c\u0085d\ne\vf\ud800" };
  expect(jsonLine(value)).not.toMatch(/[\n\v\f\r\u0085\u2028\u2029]/);
  expect(JSON.parse(jsonLine(value))).toEqual(value);
});
