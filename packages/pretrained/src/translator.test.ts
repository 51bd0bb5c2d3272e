import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTranslator } from "./createTranslator.ts";
import { loadPretrained, type Pretrained } from "./loadPretrained.ts";
import { memoryFiles } from "./modelFiles.ts";
import { Translator } from "./translator.ts";

let pretrained: Pretrained<"marian">;
let translator: Translator;
beforeAll(async () => {
  await initBackend("cpu");
  const names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
  const read = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../test/golden/float32/${name}`, import.meta.url)));
  const files = memoryFiles("tiny", new Map(names.map((name) => [name, read(name)])));
  pretrained = await loadPretrained(files, { modelTypes: ["marian"] });
  translator = createTranslator(pretrained);
});
afterAll(() => pretrained.model.dispose());

describe("Translator", () => {
  test("an empty text stays empty, and white space what it is", async () => {
    for (const text of ["", "  ", "\n\n"]) {
      expect(await translator.translate(text)).toEqual({
        translation: text,
        score: 0,
        tokens: { source: [], target: [] },
        truncated: 0,
      });
    }
  });

  test("joins sentences by what stood between them, whatever the batch", async () => {
    const sentences = ["A dog runs.", "The snow is deep!", "Dog."];
    const alone = await Promise.all(sentences.map((sentence) => translator.translate(sentence)));
    const together = await translator.translate(`\t${sentences[0]}\r\n${sentences[1]}  ${sentences[2]}\n`);
    const [a, b, c] = alone.map(({ translation }) => translation);
    expect(together.translation).toBe(`\t${a}\r\n${b}  ${c}\n`);
    expect(together.tokens.source).toEqual(alone.flatMap(({ tokens }) => tokens.source));
    expect(together.tokens.target).toEqual(alone.flatMap(({ tokens }) => tokens.target));
    const total = alone.reduce((sum, { score, tokens }) => sum + score * tokens.target.length, 0);
    expect(together.score).toBeCloseTo(total / together.tokens.target.length, 4);
  });

  test("takes 100,000 characters, sentence by sentence, and says how far it is", async () => {
    const seen: number[] = [];
    // A tokenizer of characters and a model's stand-in, for the real one would take minutes here.
    const words = new Translator(pretrained.model, translator.tokenizer, {
      maxPositions: 67,
      batch: { maxItems: 1000, maxPadded: 100_000 },
    });
    const text = "The dog is cold. ".repeat(5_900);
    const controller = new AbortController();
    const running = words.translate(text, {
      maxTokens: 1,
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        seen.push(done);
        expect(total).toBe(5_900);
        if (seen.length === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
    expect(seen).toEqual([1000, 2000]);
  });

  test("cuts what is longer than the model's positions, and drops none of it", async () => {
    const text = "dog ".repeat(150).trim();
    const { tokens } = await translator.translate(text, { maxTokens: 2, beams: 1 });
    const ends = tokens.source.filter((token) => token === "</s>").length;
    expect(ends).toBeGreaterThan(1);
    expect(
      tokens.source
        .filter((token) => token !== "</s>")
        .join("")
        .replaceAll("Ġ", ""),
    ).toBe(text.replaceAll(" ", ""));
  });

  test("counts the sentences that ran out of tokens", async () => {
    expect((await translator.translate("A dog runs. A dog.", { maxTokens: 1, beams: 1 })).truncated).toBe(2);
  });

  test("stops at once when told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(translator.translate("A dog runs.", { signal })).rejects.toThrow("enough");
  });
});
