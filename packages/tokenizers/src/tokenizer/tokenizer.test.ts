import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteLevelAlphabet, templateProcessing, Tokenizer, TokenizerError, trainBpe } from "../index.ts";

const CORPUS = ["the cat sat on the mat", "l'élève naïf", "今天天气很好", "👩‍👩‍👧‍👦 👍🏽", "  x  "];

const byteLevel = await trainBpe(CORPUS, {
  vocabSize: 300,
  specialTokens: ["</s>"],
  initialAlphabet: byteLevelAlphabet(),
  preTokenizer: { type: "ByteLevel", add_prefix_space: false },
  decoder: { type: "ByteLevel" },
  postProcessor: templateProcessing({ single: "$A </s>", pair: "$A </s> $B:1 </s>:1", specialTokens: { "</s>": 0 } }),
});

const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: [["a", "b"]] };

// Any UTF-16, lone surrogates included, with more of what tokenizers stumble over than chance would bring.
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(" ", "  ", "\n", "\u0301", "\ufeff", "\u202f", "\ud83d", "\ude00", "\u200d", "the", "'s"),
    ),
  )
  .map((parts) => parts.join(""));

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

describe("any text", () => {
  test("comes back from its ids", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(byteLevel.decode(byteLevel.encode(text).ids)).toBe(wellFormed(text));
      }),
    );
  });

  test("comes back from a stream of its ids, in whole characters", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stream = byteLevel.createDecodeStream();
        const parts = byteLevel.encode(text).ids.map((id) => stream.push(id));
        parts.push(stream.end());
        expect(parts.join("")).toBe(wellFormed(text));
        for (const part of parts) expect(wellFormed(part)).toBe(part);
      }),
    );
  });

  test("has offsets in order, from its beginning to its end, on whole characters", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let last = 0;
        for (const [start, end] of byteLevel.encode(text, { addSpecialTokens: false }).offsets) {
          expect(start).toBeLessThanOrEqual(last); // no gap
          expect(end).toBeGreaterThan(start);
          expect(wellFormed(wellFormed(text).slice(start, end))).toBe(wellFormed(text).slice(start, end));
          last = end;
        }
        expect(last).toBe(text.length);
      }),
    );
  });
});

test("offsets count bytes and code points too, of words as well, and padding stands nowhere", () => {
  const utf8 = new TextEncoder();
  fc.assert(
    fc.property(fc.oneof(anyText, fc.array(anyText)), (text) => {
      const encoding = byteLevel.encode(text).padded(40);
      const before = (i: number, end: number): string => {
        const whole = typeof text === "string" ? text : (text[encoding.wordIds[i] ?? 0] ?? "");
        return wellFormed(whole).slice(0, end);
      };
      const ends = encoding.offsets.map(([, end], i) => before(i, end));
      const byEnd = (unit: "bytes" | "codePoints"): number[] => encoding.offsetsIn(unit).map(([, end]) => end);
      expect(byEnd("bytes")).toEqual(ends.map((part) => utf8.encode(part).length));
      expect(byEnd("codePoints")).toEqual(ends.map((part) => [...part].length));
    }),
  );
  expect(byteLevel.encode("é😀a", { pair: "éa" }).offsetsIn("bytes").at(-2)).toEqual([2, 3]);
});

test("long words merge as short ones do", () => {
  const word = "the cat sat on the mat".repeat(30).replaceAll(" ", "");
  const bytes = Tokenizer.fromJSON({ ...byteLevel.toJSON(), pre_tokenizer: null, normalizer: null });
  const pieces = bytes.encode(word, { addSpecialTokens: false }).tokens;
  expect(pieces.join("")).toBe(word);
  expect(bytes.encode("themat", { addSpecialTokens: false }).tokens).toEqual(pieces.slice(-2));
});

test("two texts get the special tokens and types of the pair's template", () => {
  const { tokens, typeIds, specialTokensMask, attentionMask, wordIds } = byteLevel.encode("the", { pair: "the" });
  expect(tokens).toEqual(["the", "</s>", "the", "</s>"]);
  expect(typeIds).toEqual([0, 0, 1, 1]);
  expect(specialTokensMask).toEqual([0, 1, 0, 1]);
  expect(attentionMask).toEqual([1, 1, 1, 1]);
  expect(wordIds).toEqual([0, undefined, 0, undefined]);
});

test("tokens and ids can be looked up", () => {
  expect(byteLevel.tokenToId("</s>")).toBe(0);
  expect(byteLevel.idToToken(0)).toBe("</s>");
  expect(byteLevel.tokenToId("nowhere")).toBeUndefined();
  expect(byteLevel.idToToken(100_000)).toBeUndefined();
  expect(byteLevel.decode([100_000, -1, 0])).toBe("");
});

test.each([
  ["no JSON", "{", /not JSON/],
  ["not an object", "[]", /tokenizer.json: expected an object, got an array of 0/],
  ["no model", {}, /tokenizer.json.model: expected an object, got nothing/],
  ["an unknown model", { model: { type: "Magic" } }, /model.type: unknown model "Magic"/],
  ["a model that does not tell", { model: { vocab: {} } }, /model.type: missing/],
  ["a name from the prototype", { model: { type: "constructor" } }, /unknown model "constructor"/],
  ["an unknown normalizer", { model, normalizer: { type: "Rot13" } }, /normalizer.type: unknown normalizer "Rot13"/],
  [
    "an unknown part of a sequence",
    { model, pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "ByteLevel" }, { type: "X" }] } },
    /pre_tokenizer.pretokenizers\[1\].type: unknown pre-tokenizer "X"/,
  ],
  [
    "a merge of unknown tokens",
    { model: { ...model, merges: ["a c"] } },
    /model.merges\[0\]: "c" is not in the vocabulary/,
  ],
  ["a merge of three", { model: { ...model, merges: ["a b c"] } }, /model.merges\[0\]: expected two tokens/],
  ["an id that is none", { model: { ...model, vocab: { a: -1 } } }, /model.vocab.a: expected an integer/],
  [
    "an expression that is none",
    { model, normalizer: { type: "Replace", pattern: { Regex: "(" }, content: "" } },
    /normalizer.pattern.Regex: a regular expression that cannot be used/,
  ],
])("%s is an error with its place", (_name, json, message) => {
  expect(() => Tokenizer.fromJSON(json)).toThrow(TokenizerError);
  expect(() => Tokenizer.fromJSON(json)).toThrow(message);
});

test("a sequence that contains itself is an error", () => {
  const normalizer: { type: string; normalizers: unknown[] } = { type: "Sequence", normalizers: [] };
  normalizer.normalizers.push(normalizer);
  expect(() => Tokenizer.fromJSON({ model, normalizer })).toThrow(/nested more than 128 deep/);
});

test("a vocabulary may contain __proto__", () => {
  const json = '{"model":{"type":"WordLevel","unk_token":"<unk>","vocab":{"<unk>":0,"__proto__":1}}}';
  const tokenizer = Tokenizer.fromJSON(json);
  expect(tokenizer.encode("__proto__").ids).toEqual([1]);
  expect(Tokenizer.fromJSON(JSON.stringify(tokenizer)).encode("__proto__").ids).toEqual([1]);
});

describe("options of encode", () => {
  const template = Tokenizer.fromJSON({
    ...byteLevel.toJSON(),
    truncation: { max_length: 5, strategy: "LongestFirst", stride: 1, direction: "Right" },
    padding: {
      strategy: { Fixed: 7 },
      direction: "Left",
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: "</s>",
    },
  });

  test("go before what the file says, which is saved as it was", () => {
    const text = "abcdefgh";
    expect(template.encode(text).tokens).toEqual(["</s>", "</s>", "a", "b", "c", "d", "</s>"]);
    expect(template.encode(text).overflow.map(({ tokens }) => tokens.join(" "))).toEqual([
      "</s> </s> d e f g </s>",
      "</s> </s> </s> </s> g h </s>",
    ]);
    expect(template.encode(text, { truncation: false, padding: false })).toHaveLength(9);
    expect(
      template.encode(text, { truncation: { maxLength: 3, stride: 0 }, padding: { direction: "right", length: 4 } })
        .tokens,
    ).toEqual(["a", "b", "</s>", "</s>"]);
    expect(Tokenizer.fromJSON(JSON.stringify(template)).encode(text).tokens).toEqual(template.encode(text).tokens);
    expect(template.toJSON()).toMatchObject({ truncation: { stride: 1 }, padding: { strategy: { Fixed: 7 } } });
  });

  test("no token is lost when a text is cut, whichever way", () => {
    const options = fc.record({
      maxLength: fc.integer({ min: 6, max: 20 }),
      stride: fc.integer({ min: 0, max: 4 }),
      direction: fc.constantFrom("left" as const, "right" as const),
    });
    fc.assert(
      fc.property(anyText, options, (text, truncation) => {
        const whole = byteLevel.encode(text, { addSpecialTokens: false });
        const { overflow, ...first } = byteLevel.encode(text, { addSpecialTokens: false, truncation });
        const parts = [first.ids, ...overflow.map(({ ids }) => ids)];
        if (truncation.direction === "left") parts.reverse();
        const { stride } = truncation;
        const [start = [], ...rest] = parts;
        const joined = rest.reduce((ids, part) => [...ids, ...part.slice(Math.min(stride, part.length))], [...start]);
        expect(joined).toEqual(whole.ids);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(truncation.maxLength);
      }),
    );
  });

  test("that cannot be kept to are errors", () => {
    expect(() => byteLevel.encode("abcdefgh", { truncation: { maxLength: 3, stride: 2 } })).toThrow(
      /expected a stride below 2, got 2/,
    );
    expect(() => byteLevel.encode("abcdefgh", { truncation: { maxLength: 3, strategy: "onlySecond" } })).toThrow(
      /in the second text, got 0/,
    );
    expect(() =>
      byteLevel.encode("abcd", { pair: "abcdefgh", truncation: { maxLength: 3, strategy: "onlyFirst" } }),
    ).toThrow(/expected more than/);
  });

  test.each([
    [
      "a length of more than memory",
      { padding: { strategy: { Fixed: 2 ** 30 }, pad_id: 0, pad_token: "" } },
      /padding.strategy.Fixed: expected at most/,
    ],
    [
      "an unknown strategy",
      { truncation: { max_length: 3, strategy: "Random" } },
      /truncation.strategy: expected one of/,
    ],
  ])("%s in a file is an error", (_, settings, message) => {
    expect(() => Tokenizer.fromJSON({ model, ...settings })).toThrow(message);
  });
});
