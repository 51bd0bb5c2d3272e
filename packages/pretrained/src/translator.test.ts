import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { expectClose } from "@qkv/testing";
import type { Tokenizer } from "@qkv/tokenizers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTranslator } from "./createTranslator.ts";
import { loadPretrained, type Pretrained } from "./loadPretrained.ts";
import { memoryFiles } from "./modelFiles.ts";
import { sentenceAttention } from "./sentenceAttention.ts";
import { translationAttention } from "./translationAttention.ts";
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

describe("Translator.sentences", () => {
  const TEXT = "A dog runs. The snow is deep!\n\nDog.\n";

  async function collect(...args: Parameters<Translator["sentences"]>) {
    const found = [];
    for await (const sentence of translator.sentences(...args)) found.push(sentence);
    return found;
  }

  test.each([1, 3])("in a row are the translation of the text, with %i beams", async (beams) => {
    const { translation, tokens } = await translator.translate(TEXT, { beams });
    const partial: string[] = [];
    const found = await collect(TEXT, { beams, onPartial: (text) => partial.push(text) });
    expect(found.map(({ space, translations }) => space + (translations[0]?.text ?? "")).join("")).toBe(translation);
    expect(found.flatMap(({ translations }) => translations[0]?.tokens ?? [])).toEqual(tokens.target);
    expect(found.map(({ space, source }) => space + source).join("")).toBe(TEXT);
    expect(partial.length).toBeGreaterThan(3);
  });

  test("come with as many alternatives as asked for, best first, and go on where they were left", async () => {
    const whole = await collect(TEXT, { beams: 4, alternatives: 3 });
    for (const { translations } of whole.slice(0, 3)) {
      expect(translations).toHaveLength(3);
      const scores = translations.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(new Set(translations.map(({ tokens }) => tokens.join("|"))).size).toBe(3);
    }
    expect(await collect(TEXT, { beams: 4, alternatives: 3, skip: 2 })).toEqual(whole.slice(2));
  });

  test.each([1, 3])("are the same together as one by one, token for token, with %i beams", async (beams) => {
    const long = `${"dog ".repeat(60).trim()}.`; // of another length than the rest, and cut
    const text = `${TEXT}A dog runs in the snow. ${long} Dog! The snow.\nA dog. The dog is cold. Deep snow. A dog runs. Dog.\n `;
    const options = { beams, alternatives: beams };
    const alone = await collect(text, { ...options, batchSize: 1 });
    const together = await collect(text, { ...options, batchSize: 4 });
    const told = (found: typeof alone) =>
      found.map(({ space, source, translations }) => ({
        ...{ space, source },
        translations: translations.map(({ tokens, truncated }) => ({ tokens, truncated })),
      }));
    expect(told(together)).toEqual(told(alone));
    for (const [i, { translations }] of alone.entries()) {
      for (const [j, { score }] of translations.entries()) {
        expect(together[i]?.translations[j]?.score).toBeCloseTo(score, 4);
      }
    }
    const { tokens } = await translator.translate(text, { beams });
    expect(tokens.target).toEqual(alone.flatMap(({ translations }) => translations[0]?.tokens ?? []));
  });

  test("the first comes alone, the others' beginnings together and in order", async () => {
    const steps: string[] = [];
    const arrived: number[] = [];
    for await (const { space } of translator.sentences(TEXT, { beams: 2, onPartial: (text) => steps.push(text) })) {
      arrived.push(steps.length);
      expect(space).toBe(["", " ", "\n\n", "\n"][arrived.length - 1]);
    }
    const [first = 0, second = 0, third = 0] = arrived;
    expect(first).toBeGreaterThan(0);
    expect([second, third]).toEqual([steps.length, steps.length]); // in one search
    expect(steps.slice(first).every((text) => /^ [^]*\n\n/.test(text))).toBe(true);
  });

  test("longer sequences win with a greater length penalty, if either does", async () => {
    const lengthAt = async (lengthPenalty: number) =>
      (await translator.translate(TEXT, { beams: 4, lengthPenalty })).tokens.target.length;
    expect(await lengthAt(5)).toBeGreaterThan(await lengthAt(-5));
  });

  test("stop between two tokens, and leave nothing behind", async () => {
    const controller = new AbortController();
    const onPartial = () => controller.abort(new Error("enough"));
    await expect(collect(TEXT, { beams: 2, signal: controller.signal, onPartial })).rejects.toThrow("enough");
  });
});

describe("sentenceAttention", () => {
  test("has every head's weights, rows of which sum to 1, and their mean is that of translationAttention", async () => {
    const { tokens } = await translator.translate("A dog runs.", { beams: 2 });
    const subject = { model: pretrained.model, tokenizer: pretrained.tokenizer as Tokenizer, tokens };
    const { cross, decoder, encoder, read } = await sentenceAttention(subject);
    const [layers, heads, queries, keys] = cross.shape;
    expect([queries, keys]).toEqual([tokens.target.length, tokens.source.length]);
    expect(encoder.shape.slice(2)).toEqual([keys, keys]);
    expect(read).toEqual(["<s>", ...tokens.target.slice(0, -1)]);
    expect(decoder.masked[1]).toBe(-Infinity); // nobody sees what comes later
    expect(decoder.weights[1]).toBe(0);
    const mean = Float32Array.from({ length: queries * keys }, (_, at) => {
      let sum = 0;
      for (let panel = 0; panel < layers * heads; panel++) sum += cross.weights[panel * queries * keys + at] ?? NaN;
      return sum / (layers * heads);
    });
    await expectClose([...mean], [...(await translationAttention(subject)).values]);
  });

  test("shows no weight on a hidden token", async () => {
    const { tokens } = await translator.translate("A dog runs.", { beams: 2 });
    const subject = { model: pretrained.model, tokenizer: pretrained.tokenizer as Tokenizer, tokens };
    const { cross } = await sentenceAttention(subject, { hiddenSource: [1] });
    const keys = tokens.source.length;
    expect(cross.weights.filter((_, i) => i % keys === 1).every((weight) => weight === 0)).toBe(true);
    expect(cross.masked.filter((_, i) => i % keys === 1).every((score) => score === -Infinity)).toBe(true);
  });
});
