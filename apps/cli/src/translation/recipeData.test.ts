// The data of our own that the recipes train on, and the test of kinds: well-formed, and nothing in both.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RandomStream } from "@qkv/nn";
import { describe, expect, test } from "vitest";
import { drawSlots, fillSlots } from "./augmentation/fillSlots.ts";
import { parseValueLists } from "./augmentation/valueLists.ts";
import { isSound } from "./pairs/cleaning.ts";
import { testOfKinds, parseKindPatterns } from "./kinds/testOfKinds.ts";
import { normalized } from "./pairs/pairs.ts";

const recipes = fileURLToPath(new URL("../../../../recipes/", import.meta.url));

describe.each(["fr", "ko"] as const)("English and %s", (other) => {
  const read = (name: string) => readFileSync(`${recipes}en-${other}/${name}`, "utf8").trimEnd().split("\n");
  const pairsOf = (name: string) =>
    read(name).map((line) => {
      const [source = "", target = "", ...more] = line.split("\t");
      expect(more, line).toEqual([]);
      return { source, target };
    });
  const lists = parseValueLists(read("lists.tsv"), "lists.tsv", other);
  const languages = { source: "en", target: other } as const;

  test.each(["phrases.tsv", "words.tsv", "templates.tsv"])("%s has sound pairs, each once", (name) => {
    const pairs = pairsOf(name);
    expect(pairs.filter((pair) => !isSound(pair))).toEqual([]);
    const lines = read(name).filter((line) => !/^(\{[^}]*\})\t\1$/.test(line)); // copies are weighted by how often they stand
    expect(lines.filter((line, i) => lines.indexOf(line) !== i && name !== "templates.tsv")).toEqual([]);
  });

  test("every template can be filled, and leaves no slot", () => {
    for (const [i, pair] of [...pairsOf("templates.tsv"), ...pairsOf("verbatim.tsv")].entries()) {
      const random = new RandomStream(i);
      const filled = fillSlots(
        pair,
        drawSlots(pair, { languages, lists, part: "training" }, random),
        languages,
        random,
      );
      expect(`${filled.source}${filled.target}`).not.toMatch(/[{}]|undefined|\([가-힣]/);
    }
  });

  test.each([false, true])("the test of kinds shares no sentence with what is trained on (reverse: %s)", (reverse) => {
    const patterns = parseKindPatterns(read("kinds.tsv"), "kinds.tsv", reverse);
    const trained = new Set(
      ["phrases.tsv", "words.tsv", "templates.tsv", "verbatim.tsv"]
        .flatMap(pairsOf)
        .map(({ source }) => normalized(source)),
    );
    const isCopy = ({ kind }: { kind: string }) => kind === "copies"; // a value alone: other values are drawn
    const english = patterns.filter((p) => !isCopy(p)).map(({ source, target }) => (reverse ? target : source));
    expect(english.filter((sentence) => trained.has(normalized(sentence)))).toEqual([]);
    const sides = reverse ? { source: other, target: "en" as const } : languages;
    const sentences = testOfKinds(patterns, { lists, languages: sides }, { fillings: 2, seed: 1 });
    for (const { source, target } of sentences) expect(`${source}${target}`).not.toMatch(/[{}]|undefined|\([가-힣]/);
  });
});
