import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { expectClose } from "@qkv/testing";
import type { LogitsProcessor } from "@qkv/transformer";
import { marian } from "@qkv/transformer";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTranslator } from "./createTranslator.ts";
import { loadPretrained } from "../../loading/loadPretrained.ts";
import type { Pretrained } from "../../loading/pretrained.ts";
import { memoryFiles } from "../../files/modelFiles.ts";
import { sentenceAttention } from "./sentenceAttention.ts";
import { translationAttention } from "./translationAttention.ts";
import type { TokenizedPair, TokenSequence } from "./tokenSequence.ts";
import { Translator, type TranslatorOptions } from "./translator.ts";

let pretrained: Pretrained<typeof marian>;
let translator: Translator;
beforeAll(async () => {
  await initBackend("cpu");
  const names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
  const read = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../../../test/golden/float32/${name}`, import.meta.url)));
  const files = memoryFiles("tiny", new Map(names.map((name) => [name, read(name)])));
  pretrained = await loadPretrained(files, { families: [marian] });
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
        sentences: [],
        truncated: 0,
        unknownScript: 0,
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

  test("reads a folder's bias towards names, which an option overrides, and refuses what is none", () => {
    const biased = (name_bias: unknown) => ({
      ...pretrained,
      generationConfig: { ...pretrained.generationConfig, name_bias },
    });
    expect(createTranslator(biased(3)).options.nameBias).toBe(3);
    expect(createTranslator(biased(3), { nameBias: 0 }).options.nameBias).toBe(0);
    for (const wrong of [-1, "3", NaN]) {
      expect(() => createTranslator(biased(wrong))).toThrow(
        "tiny/generation_config.json: expected name_bias to be 0 or more",
      );
      expect(() => createTranslator(pretrained, { nameBias: wrong as number })).toThrow(
        `Translator: expected nameBias to be 0 or more, got ${wrong}`,
      );
    }
  });

  test("searches by processors of one's own, in every batch", async () => {
    const texts = ["A dog runs.", "The snow is deep! Dog."];
    const plain = await translator.translateBatch(texts);
    const [token = 0] = plain[0]?.sentences[0]?.target.ids ?? [];
    const forbid: LogitsProcessor = (scores) => void (scores[token] = -Infinity);
    const own = createTranslator(pretrained, { generation: { logitsProcessors: [forbid] } });
    const ids = (await own.translateBatch(texts)).flatMap(({ sentences }) =>
      sentences.flatMap(({ target }) => target.ids),
    );
    expect(plain[0]?.sentences[0]?.target.ids).toContain(token);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).not.toContain(token);
  });

  test("tells processors of one's own the place in the first batch where a wrong copy is searched again", async () => {
    const { target } = pretrained.tokenizer?.sides ?? {};
    const wrong = target?.encode("98765", { addSpecialTokens: false }).ids ?? [];
    const seen: number[] = [];
    const misread: LogitsProcessor = (scores, ids, source) => {
      seen.push(source);
      const next = wrong[ids.length - 1]; // after the start token
      if (source === 1 && next !== undefined) scores[next] = (scores[next] ?? 0) + 50;
    };
    const own = createTranslator(pretrained, { generation: { logitsProcessors: [misread], maxNewTokens: 12 } });
    const [, second] = await own.translateBatch(["It is 12345.", "It is 12345."]);
    expect(second?.translation).toContain("12345");
    expect(seen.at(-1)).toBe(1); // the last search is of the second alone
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
      maxNewTokens: 1,
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
    const { tokens } = await translator.translate(text, { maxNewTokens: 2, numBeams: 1 });
    const ends = tokens.source.filter((token) => token === "</s>").length;
    expect(ends).toBeGreaterThan(1);
    expect(
      tokens.source
        .filter((token) => token !== "</s>")
        .join("")
        .replaceAll("Ġ", ""),
    ).toBe(text.replaceAll(" ", ""));
  });

  test("translates with many beams, the fewer sentences at once the more there are", async () => {
    const encode = vi.spyOn(pretrained.model, "encode");
    const text = "A dog runs. The snow is deep! ".repeat(20);
    const atOnce = async (beams: number) => {
      encode.mockClear();
      await translator.translate(text, { numBeams: beams, maxNewTokens: 1 });
      return Math.max(...encode.mock.calls.map(([ids]) => ids.shape[0]));
    };
    expect([await atOnce(2), await atOnce(64), await atOnce(256)]).toEqual([32, 4, 1]);
    encode.mockRestore();
  });

  test("counts the sentences that ran out of tokens", async () => {
    expect((await translator.translate("A dog runs. A dog.", { maxNewTokens: 1, numBeams: 1 })).truncated).toBe(2);
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
    const { translation, tokens } = await translator.translate(TEXT, { numBeams: beams });
    const partial: string[] = [];
    const found = await collect(TEXT, { numBeams: beams, onPartial: (text) => partial.push(text) });
    expect(found.map(({ space, translations }) => space + (translations[0]?.text ?? "")).join("")).toBe(translation);
    expect(found.flatMap(({ translations }) => translations[0]?.tokens ?? [])).toEqual(tokens.target);
    expect(found.map(({ space, source }) => space + source).join("")).toBe(TEXT);
    expect(partial.length).toBeGreaterThan(3);
  });

  test("come with as many alternatives as asked for, best first, and go on where they were left", async () => {
    const whole = await collect(TEXT, { numBeams: 4, numReturnSequences: 3 });
    for (const { translations } of whole.slice(0, 3)) {
      expect(translations).toHaveLength(3);
      const scores = translations.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(new Set(translations.map(({ tokens }) => tokens.join("|"))).size).toBe(3);
    }
    expect(await collect(TEXT, { numBeams: 4, numReturnSequences: 3, skip: 2 })).toEqual(whole.slice(2));
  });

  test.each([1, 3])("are the same together as one by one, token for token, with %i beams", async (beams) => {
    const long = `${"dog ".repeat(60).trim()}.`; // of another length than the rest, and cut
    const text = `${TEXT}A dog runs in the snow. ${long} Dog! The snow.\nA dog. The dog is cold. Deep snow. A dog runs. Dog.\n `;
    const options = { numBeams: beams, numReturnSequences: beams };
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
    const { tokens } = await translator.translate(text, { numBeams: beams });
    expect(tokens.target).toEqual(alone.flatMap(({ translations }) => translations[0]?.tokens ?? []));
  });

  test("the first comes alone, the others' beginnings together and in order", async () => {
    const steps: string[] = [];
    const arrived: number[] = [];
    for await (const { space } of translator.sentences(TEXT, { numBeams: 2, onPartial: (text) => steps.push(text) })) {
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
      (await translator.translate(TEXT, { numBeams: 4, lengthPenalty })).tokens.target.length;
    expect(await lengthAt(5)).toBeGreaterThan(await lengthAt(-5));
  });

  test("stop between two tokens, and leave nothing behind", async () => {
    const controller = new AbortController();
    const onPartial = () => controller.abort(new Error("enough"));
    await expect(collect(TEXT, { numBeams: 2, signal: controller.signal, onPartial })).rejects.toThrow("enough");
  });
});

/** A sentence and its translation, as the model read and made them. */
async function readPair(text: string): Promise<TokenizedPair> {
  const { sentences } = await translator.translate(text, { numBeams: 2 });
  expect(sentences).toHaveLength(1);
  return sentences[0] as TokenizedPair;
}

describe("sentenceAttention", () => {
  test("has every head's weights, rows of which sum to 1, and their mean is that of translationAttention", async () => {
    const pair = await readPair("A dog runs.");
    const { cross, decoder, encoder, read } = await sentenceAttention({ model: pretrained.model, ...pair });
    const [layers, heads, queries, keys] = cross.shape;
    expect([queries, keys]).toEqual([pair.target.ids.length, pair.source.ids.length]);
    expect(encoder.shape.slice(2)).toEqual([keys, keys]);
    expect(read).toEqual(["<s>", ...pair.target.tokens.slice(0, -1)]);
    expect(decoder.masked[1]).toBe(-Infinity); // nobody sees what comes later
    expect(decoder.weights[1]).toBe(0);
    const mean = Float32Array.from({ length: queries * keys }, (_, at) => {
      let sum = 0;
      for (let panel = 0; panel < layers * heads; panel++) sum += cross.weights[panel * queries * keys + at] ?? NaN;
      return sum / (layers * heads);
    });
    const { values } = await translationAttention({ model: pretrained.model, sentences: [pair] });
    await expectClose([...mean], [...values]);
  });

  test("shows no weight on a hidden token", async () => {
    const pair = await readPair("A dog runs.");
    const { cross } = await sentenceAttention({ model: pretrained.model, ...pair }, { hiddenSource: [1] });
    const keys = pair.source.ids.length;
    expect(cross.weights.filter((_, i) => i % keys === 1).every((weight) => weight === 0)).toBe(true);
    expect(cross.masked.filter((_, i) => i % keys === 1).every((score) => score === -Infinity)).toBe(true);
  });
});

describe("translationAttention", () => {
  test("is that of each sentence by itself, whatever tokens stand in it", async () => {
    const texts = ["A dog runs.", "The </s> dog."]; // an end token that is none
    const { sentences, tokens } = await translator.translate(texts.join(" "), { numBeams: 1 });
    expect(sentences).toHaveLength(2);
    const { values, source, target } = await translationAttention({ model: pretrained.model, sentences });
    expect({ source, target }).toEqual(tokens);
    let [row, column] = [0, 0];
    for (const pair of sentences) {
      const alone = await translationAttention({ model: pretrained.model, sentences: [pair] });
      const width = pair.source.ids.length;
      for (let t = 0; t < pair.target.ids.length; t++) {
        const start = (row + t) * source.length;
        const expected = new Array<number>(source.length).fill(0);
        for (let k = 0; k < width; k++) expected[column + k] = alone.values[t * width + k] ?? NaN;
        await expectClose([...values.subarray(start, start + source.length)], expected);
      }
      row += pair.target.ids.length;
      column += width;
    }
  });
});

describe("what is no sentence", () => {
  test.each([
    ...["...", "---", "?!", "42", "1,234.56 $", "😀 👩‍👩‍👧 🇫🇷", "{ } [ ]", "\ud800", "\0", "\u200b", "\u064b", "5 > 3"],
    ...["https://example.org/a?b=c&d=e", "www.example.org", "test@example.org"],
  ])("passes through unchanged: %j", async (text) => {
    const { translation, tokens, sentences } = await translator.translate(`${text}\n`);
    expect({ translation, tokens, sentences }).toEqual({
      translation: `${text}\n`,
      tokens: { source: [], target: [] },
      sentences: [],
    });
    const found = [];
    for await (const { source, translations } of translator.sentences(text)) found.push([source, translations]);
    expect(found).toEqual([[text, [{ text, ids: [], tokens: [], score: 0, truncated: false }]]]);
  });

  test("does so among sentences, which are the same as without it", async () => {
    const text = "...\nA dog runs.\n---\n42\nThe snow is deep!\n😀";
    const [first, second] = await translator.translateBatch(["A dog runs.", "The snow is deep!"], { numBeams: 2 });
    const { translation, tokens, score } = await translator.translate(text, { numBeams: 2 });
    expect(translation).toBe(`...\n${first?.translation}\n---\n42\n${second?.translation}\n😀`);
    expect(tokens.source).toEqual([...(first?.tokens.source ?? []), ...(second?.tokens.source ?? [])]);
    expect(score).toBeLessThan(0);
    const partial: string[] = [];
    const found = [];
    for await (const sentence of translator.sentences(text, { numBeams: 2, onPartial: (said) => partial.push(said) })) {
      found.push(sentence);
    }
    expect(found.map(({ space, source }) => space + source).join("")).toBe(text);
    expect(found.map(({ space, translations }) => space + (translations[0]?.text ?? "")).join("")).toBe(translation);
    expect(partial.some((said) => said.startsWith("\n42\n"))).toBe(true);
  });
});

test("a word that nobody can have written is left as it is, however long, and the words around it are translated", async () => {
  const key = "x7Fb+".repeat(20_000);
  const [before, after] = await translator.translateBatch(["A dog runs.", "The snow."], { numBeams: 2 });
  const start = process.cpuUsage();
  const { translation, sentences } = await translator.translate(`A dog runs.\n${key}\nThe snow.`, { numBeams: 2 });
  expect(translation).toBe(`${before?.translation}\n${key}\n${after?.translation}`);
  expect(sentences).toHaveLength(2);
  expect(process.cpuUsage(start).user).toBeLessThan(5_000_000); // 0.3 s; hours to translate
});

test("what is in a script that the vocabulary lacks is left as it is, and counted", async () => {
  const { tokenizer } = translator;
  const knowsLetters = ({ tokens }: TokenSequence) => tokens.some((token) => /^Ġ?[a-z]/i.test(token));
  const maxPositions = pretrained.model.config.maxPositions;
  const knowing = new Translator(pretrained.model, { ...tokenizer, knowsLetters }, { maxPositions });
  const [dog] = await knowing.translateBatch(["A dog runs."], { numBeams: 2 });
  expect(dog?.unknownScript).toBe(0);
  const text = "A dog runs. Собака бежит.\n犬が走る。";
  const { translation, unknownScript, sentences } = await knowing.translate(text, { numBeams: 2 });
  expect({ translation, unknownScript }).toEqual({
    translation: `${dog?.translation} Собака бежит.\n犬が走る。`,
    unknownScript: 2,
  });
  expect(sentences).toHaveLength(1);
  const marked = [];
  for await (const { source, unknownScript: left } of knowing.sentences(text, { numBeams: 2 }))
    if (left) marked.push(source);
  expect(marked).toEqual(["Собака бежит.", "犬が走る。"]);
});

test("Translator takes a locale as people write it, and says what it cannot take", () => {
  const locales = ["zh_CN", "fra", "en_US.UTF-8"];
  expect(locales.map((locale) => createTranslator(pretrained, { locale }).options.locale)).toEqual([
    "zh-CN",
    "fr",
    "en-US",
  ]);
  expect(() => createTranslator(pretrained, { locale: "zh CN!" })).toThrow(
    'expected a language tag such as en or pt-BR, got "zh CN!"',
  );
});

test("a model of two languages takes the code of no other", () => {
  const known = { ...pretrained, direction: { from: "en", to: "fr" } };
  expect(createTranslator(known, { languageCode: "fr" }).options.languageCode).toBeUndefined();
  expect(() => createTranslator(known, { languageCode: "de" })).toThrow(
    "expected fr, which is what the model translates to, got de",
  );
});

describe("a multilingual model", () => {
  /** The tiny model with a tokenizer that takes what a text begins with for a code: one token, 3 if it is unknown. */
  const multilingual = (options: Partial<TranslatorOptions> = {}) => {
    const { tokenizer } = translator;
    const encode = (text: string) => {
      const [code = ""] = /^>>\S*?<</.exec(text) ?? [];
      const rest = tokenizer.encode(text.slice(code.length).trimStart());
      if (code === "") return rest;
      return { ids: [code === ">>fra<<" ? 20 : 3, ...rest.ids], tokens: [code, ...rest.tokens] };
    };
    const maxPositions = pretrained.model.config.maxPositions;
    return new Translator(pretrained.model, { ...tokenizer, encode }, { maxPositions, ...options });
  };

  test("gets the code with each sentence, and with each part of a long one", async () => {
    const long = "dog ".repeat(90).trim();
    const { sentences } = await multilingual().translate(`>>fra<< A dog runs. The snow. ${long}. ...`, {
      maxNewTokens: 2,
    });
    expect(sentences.length).toBeGreaterThan(3);
    for (const { source } of sentences) {
      expect(source.ids[0]).toBe(20);
      expect(source.ids.filter((id) => id === 20)).toHaveLength(1);
      expect(source.ids.length).toBeLessThanOrEqual(pretrained.model.config.maxPositions);
    }
  });

  test("makes of each sentence what it makes of it alone; the code is not in the translation", async () => {
    const [alone, other] = await multilingual().translateBatch([">>fra<< A dog runs.", ">>fra<< The snow."], {
      numBeams: 2,
    });
    const { translation } = await multilingual().translate(">>fra<< A dog runs. The snow.\n...", { numBeams: 2 });
    expect(translation).toBe(`${alone?.translation} ${other?.translation}\n...`);
    const asked = await multilingual({ languageCode: ">>fra<<" }).translate("A dog runs. The snow.\n...", {
      numBeams: 2,
    });
    expect(asked.translation).toBe(translation);
    expect((await multilingual().translate("A dog runs.", { numBeams: 2 })).score).not.toBe(alone?.score);
    expect((await multilingual().translate(">>fra<<")).translation).toBe("");
  });
});
