import { expect, test } from "vitest";
import { oneLine } from "./oneLine.ts";

test("oneLine has no line break that any reader knows, and all other white space", () => {
  expect(oneLine("a \n\n b\r\nc\rd\ve\ff\u0085g\u2028h\u2029i j")).toBe("a b c d e f g h i j");
  expect(oneLine(" a\u00a0\tb  c ")).toBe(" a\u00a0\tb  c ");
  expect(oneLine(" ".repeat(200_000)).length).toBe(200_000); // quadratic, it would take minutes
});
