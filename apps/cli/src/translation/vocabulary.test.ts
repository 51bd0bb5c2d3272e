import { expect, test } from "vitest";
import { trainVocabulary } from "./vocabulary.ts";

const pairs = Array.from({ length: 20 }, () => ({
  source: "I don't have 1919 dogs.",
  target: "Je n'ai pas 1919 chiens.",
}));

test("each digit is a token, however often a number was seen", async () => {
  const tokenizer = await trainVocabulary(pairs, { vocabSize: 400, minFrequency: 2 });
  expect(tokenizer.encode("dogs 1919").tokens).toEqual(["Ġdogs", "Ġ", "1", "9", "1", "9", "</s>"]);
  expect(tokenizer.decode(tokenizer.encode("I have 2024 dogs.").ids, { skipSpecialTokens: true })).toBe(
    "I have 2024 dogs.",
  );
});

test.each([
  ["don’t", "don't"],
  ["“dogs”…", '"dogs"...'],
  ["chiens\u202f?", "chiens ?"],
])("%s is the same to the model as %s", async (written, plain) => {
  const tokenizer = await trainVocabulary(pairs, { vocabSize: 400, minFrequency: 2 });
  expect(tokenizer.encode(written).ids).toEqual(tokenizer.encode(plain).ids);
});
