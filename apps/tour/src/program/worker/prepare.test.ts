import { expect, test } from "vitest";
import { linkProgram, prepareProgram, type ProgramError, similarNames } from "./prepare.ts";

const failureOf = (source: string) => {
  try {
    prepareProgram(source);
  } catch (error) {
    return (error as ProgramError).failure;
  }
  return undefined;
};

test("takes types out and keeps every line where it is", () => {
  const { code } = prepareProgram(
    "interface A {\n  readonly a: number;\n}\nconst a: A = { a: 1 };\nconsole.log(a as A);\n",
  );
  expect(code.split("\n")[3]).toMatch(/^const a *= \{ a: 1 \};$/);
  expect(code.split("\n")[4]).toMatch(/^console\.log\(a *\);$/);
});

test("finds what is imported, without types, and leads it elsewhere", () => {
  const program = prepareProgram(
    'import { type B, a as c } from "x";\nimport * as tf from "y";\nimport type { D } from "z";\nconst d: D = c(tf);\nexport { e } from "w";\n',
  );
  expect(program.imports.map(({ module, names, line }) => [module, names, line])).toEqual([
    ["x", ["a"], 1],
    ["y", [], 2],
    ["w", [], 5],
  ]);
  const linked = linkProgram(program, (module) => `blob:${module}`);
  expect(linked).toContain('from "blob:x"');
  expect(linked).toContain('from "blob:y"');
  expect(linked).not.toContain('"z"');
});

test.each([
  ["a type that does not end", "const a: { = 1;\n", 1],
  ["a bracket that is missing", "const a = 1;\nconsole.log((a;\n", 2],
  ["a name declared twice, which only acorn sees", "const a = 1;\n\nconst a = 2;\n", 3],
])("names the line of %s", (_, source, line) => {
  expect(failureOf(source)).toMatchObject({ kind: "syntax", line });
  expect(failureOf(source)).not.toMatchObject({ message: expect.stringMatching(/\(\d+:\d+\)|Error transforming/) });
});

test("knows what was meant", () => {
  expect(similarNames("dotScor", ["dotScore", "dotScoreWith", "causalMask"])[0]).toBe("dotScore");
  expect(similarNames("somethingElse", ["dotScore", "causalMask"])).toEqual([]);
});
