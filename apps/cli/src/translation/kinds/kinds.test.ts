import { expect, test } from "vitest";
import { isHeldOut } from "../augmentation/heldOut.ts";
import { parseValueLists } from "../augmentation/valueLists.ts";
import { scoreKinds } from "./scoreKinds.ts";
import { parseKindPatterns, testOfKinds } from "./testOfKinds.ts";

const lines = ["numbers\tI see {number} cows.\tJe vois {number} vaches.", "sentences\tIt isn't me.\tCe n'est pas moi."];
const sentences = testOfKinds(
  parseKindPatterns(lines, "kinds.tsv", false),
  { lists: parseValueLists([], "lists.tsv", "fr"), languages: { source: "en", target: "fr" } },
  { fillings: 3, seed: 1 },
);

test("a test of kinds has values kept for tests, and sentences in each way of writing", () => {
  const numbers = sentences.filter(({ kind }) => kind === "numbers");
  expect(numbers).toHaveLength(3);
  for (const { source, target, values } of numbers) {
    const n = /\d+/.exec(source)?.[0] ?? "";
    expect({ target, values, heldOut: isHeldOut(n) }).toEqual({
      target: `Je vois ${n} vaches.`,
      values: [[n]],
      heldOut: true,
    });
  }
  expect(sentences.slice(3).map(({ kind, source, target }) => [kind, source, target])).toEqual([
    ["sentences", "It isn't me.", "Ce n'est pas moi."],
    ["in small letters", "it isn't me", "Ce n'est pas moi"],
    ["in capitals", "IT ISN'T ME.", "CE N'EST PAS MOI."],
    ["without final mark", "It isn't me", "Ce n'est pas moi"],
    ["with curly quotes", "“It isn’t me.”", '"Ce n\'est pas moi."'],
  ]);
});

test("Korean has no capitals to test", () => {
  const korean = testOfKinds(
    parseKindPatterns(["sentences\tIt is cold.\t추워요."], "kinds.tsv", true),
    { lists: parseValueLists([], "lists.tsv", "ko"), languages: { source: "ko", target: "en" } },
    { fillings: 1, seed: 1 },
  );
  expect(korean.map(({ kind }) => kind)).toEqual(["sentences", "without final mark", "with curly quotes"]);
});

test("a line without three columns is refused by its number", () => {
  expect(() => parseKindPatterns(["a\tb"], "kinds.tsv", false)).toThrow(
    "kinds.tsv:1: expected kind, English and its translation with tabs between, got a\tb",
  );
});

test("a value is kept in any of its ways, by itself", () => {
  const sentence = (values: string[][]) => ({ kind: "k", source: "", target: "x", values });
  const kept = (values: string[][], translation: string) => scoreKinds([sentence(values)], [translation])[0]?.kept;
  expect(kept([["19"]], "J'ai 19 chiens.")).toBe(1);
  expect(kept([["19"]], "J'ai 190 chiens.")).toBe(0);
  expect(kept([["17 h 30", "17h30"]], "à 17h30")).toBe(1);
  expect(kept([["1 500"]], "1\u202f500 personnes")).toBe(1);
  expect(kept([["Ann"], ["Bob"]], "Ann est là.")).toBe(0);
  expect(kept([["a@b.org"]], "écris à a@b.org.")).toBe(1);
  expect(kept([["톰"]], "톰은 여기 있어요.")).toBe(1);
  expect(kept([["3"]], "개 3마리")).toBe(1);
  expect(kept([["3"]], "개 30마리")).toBe(0);
  expect(kept([], "x")).toBeUndefined();
});
