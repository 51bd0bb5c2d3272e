import { readFileSync } from "node:fs";
import { fromMarian, Tokenizer } from "@qkv/tokenizers";
import { expect, test } from "vitest";
import { translationTokenizer } from "./translationTokenizer.ts";

const read = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url), "utf8");

test("a script that a vocabulary of bytes can only spell has no known letter; the others have", () => {
  const { encode, knowsLetters } = translationTokenizer(Tokenizer.fromJSON(read("models/en-fr/tokenizer.json")));
  const known = (text: string) => knowsLetters?.(encode(text));
  expect(["A dog.", "É", "à", "ZZZ", "Dog 犬."].map(known)).toEqual([true, true, true, true, true]);
  expect(["Собака бежит.", "犬が走る。", "개", "שלום", "नमस्ते"].map(known)).toEqual([false, false, false, false, false]);
});

test("unknown tokens and language codes are no letters", () => {
  const { spm, vocab } = JSON.parse(read("packages/tokenizers/test/golden/formats/marian.json")) as {
    spm: string;
    vocab: Record<string, number>;
  };
  const more = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`<unused ${i}>`, 1000 + i]));
  const files = { spm: new Uint8Array(Buffer.from(spm, "base64")), vocab: { ...vocab, ...more } };
  const { encode, knowsLetters } = translationTokenizer(fromMarian(files));
  const known = (text: string) => knowsLetters?.(encode(text));
  expect(["the cat", ">>fr<< the cat", "天气"].map(known)).toEqual([true, true, true]);
  expect([">>fr<< शुभ", "शुभ", ">>xx<< शुभ"].map(known)).toEqual([false, false, false]);
});
