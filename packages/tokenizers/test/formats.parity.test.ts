import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  fromM2m100,
  fromMarian,
  fromSentencePiece,
  fromTiktoken,
  fromVocabAndMerges,
  fromVocabTxt,
  openTokenizer,
  Tokenizer,
} from "@qkv/tokenizers";

// Written by golden/make_tokenizer_formats.py with SentencePiece and transformers.
interface Case {
  readonly text: string;
  readonly ids: number[];
  /** null where a token is unknown. */
  readonly decoded: string | null;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`golden/formats/${name}.json`, import.meta.url), "utf8"));
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

function expectCases(tokenizer: Tokenizer, cases: readonly Case[]): void {
  for (const { text, ids, decoded } of cases) {
    expect({ text, ids: tokenizer.encode(text).ids }).toEqual({ text, ids });
    if (decoded !== null) expect(tokenizer.decode(ids)).toBe(decoded);
  }
}

const { models } = read("sentencepiece") as { models: { name: string; model: string; cases: Case[] }[] };

describe.each(models)("SentencePiece: $name", ({ model, cases }) => {
  const tokenizer = fromSentencePiece(bytes(model));

  test("gives SentencePiece's ids and texts", () => expectCases(tokenizer, cases));
  test("is the same from the tokenizer.json it saves", () => {
    expectCases(Tokenizer.fromJSON(JSON.stringify(tokenizer)), cases);
  });
  test("has offsets that cover the text, white space aside", () => {
    for (const { text } of cases) {
      const covered = new Set<number>();
      for (const [start, end] of tokenizer.encode(text).offsets) for (let i = start; i < end; i++) covered.add(i);
      for (let i = 0; i < text.length; i++) if (/[^\s▁\u00ad]/.test(text.charAt(i))) expect(covered).toContain(i);
    }
  });
});

describe("M2M100", () => {
  type LanguageCase = Omit<Case, "decoded"> & { readonly language: string };
  const { spm, vocab, cases } = read("m2m100") as { spm: string; vocab: object; cases: LanguageCase[] };
  const open = (config: object, more: object = {}) =>
    fromM2m100({ spm: bytes(spm), vocab: { ...vocab, ...more }, config });

  test("the ids of transformers' M2M100Tokenizer", async () => {
    for (const language of ["en", "fr"]) {
      const config = { tokenizer_class: "M2M100Tokenizer", src_lang: language };
      const files: Record<string, unknown> = { "vocab.json": vocab, "tokenizer_config.json": config };
      const found = (name: string) => {
        if (name === "sentencepiece.bpe.model") return Promise.resolve(bytes(spm));
        const text = files[name];
        return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(JSON.stringify(text)));
      };
      for (const tokenizer of [open(config), (await openTokenizer(found)) as Tokenizer]) {
        const these = cases.filter((each) => each.language === language);
        expectCases(tokenizer, these.map(({ text, ids }) => ({ text, ids, decoded: null }))); // prettier-ignore
      }
    }
  });

  test("decodes without languages", () => {
    const tokenizer = open({});
    const { ids } = tokenizer.encode("the cat");
    expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe("the cat");
    expect(tokenizer.idToToken(ids[0] ?? 0)).toBe("__en__");
  });

  test.each([
    [{ src_lang: "xx" }, "tokenizer_config.json.src_lang: expected a language of M2M100, got xx"],
    [{ language_codes: "wmt99" }, "tokenizer_config.json.language_codes: expected m2m100 or wmt21"],
    [{ eos_token: "<end>" }, "tokenizer_config.json.eos_token: expected </s> for M2M100Tokenizer"],
  ])("%j is refused", (config, message) => {
    expect(() => open(config)).toThrow(message);
  });
});

test("SigLIP: the ids of transformers' SiglipTokenizer, whatever a tokenizer.json beside it says", async () => {
  type Captions = readonly { readonly text: string; readonly ids: readonly number[] }[];
  const { models } = read("siglip") as { models: { model: string; config: object; cases: Captions }[] };
  for (const { model, config, cases } of models) {
    for (const whole of [undefined, { model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" } }]) {
      const files: Record<string, unknown> = { "tokenizer_config.json": config, "tokenizer.json": whole };
      const tokenizer = await openTokenizer((name) => {
        if (name === "spiece.model") return Promise.resolve(bytes(model));
        const file = files[name];
        return Promise.resolve(file === undefined ? undefined : new TextEncoder().encode(JSON.stringify(file)));
      });
      expect(cases.map(({ text }) => tokenizer?.encode(text).ids)).toEqual(cases.map(({ ids }) => ids));
    }
  }
});

test("Marian: the ids and texts of transformers' MarianTokenizer", () => {
  const { spm, vocab, cases } = read("marian") as { spm: string; vocab: Record<string, number>; cases: Case[] };
  const tokenizer = fromMarian({ spm: bytes(spm), vocab });
  expectCases(tokenizer, cases);
  expect(tokenizer.tokenToId("<pad>")).toBe(vocab["<pad>"]);
  const unknown = tokenizer.encode(">>xx<< the");
  expect([unknown.tokens[0], unknown.offsets[0]]).toEqual(["<unk>", [0, 6]]);
  const saved = Tokenizer.fromJSON(JSON.stringify(tokenizer));
  for (const text of ["the cat sat", ">>fr<< the cat"]) {
    expect(saved.encode(text).ids).toEqual(tokenizer.encode(text).ids);
  }
});

test("Marian with two vocabularies: each language's ids and texts are transformers'", () => {
  const { spm, vocab, two } = read("marian") as {
    spm: string;
    vocab: Record<string, number>;
    two: { spm: string; vocab: Record<string, number>; cases: (Case & { targetIds: number[] })[] };
  };
  const tokenizer = fromMarian({ spm: bytes(spm), vocab, target: { spm: bytes(two.spm), vocab: two.vocab } });
  const { source, target } = tokenizer.sides;
  for (const { text, ids, targetIds, decoded } of two.cases) {
    const both = { ids: tokenizer.encode(text).ids, targetIds: target.encode(text).ids };
    expect({ text, ...both }).toEqual({ text, ids, targetIds });
    expect([tokenizer, target].map((side) => side.decode(targetIds))).toEqual([decoded, decoded]);
    const stream = tokenizer.createDecodeStream();
    expect([...targetIds.map((id) => stream.push(id)), stream.end()].join("")).toBe(decoded);
  }
  expect([source.tokenToId(">>fr<<"), target.tokenToId(">>fr<<")]).toEqual([vocab[">>fr<<"], undefined]);
  expect(source.idToToken(vocab[">>fr<<"] ?? 0)).toBe(">>fr<<");
  expect(tokenizer.idToToken(two.vocab[">>es<<"] ?? 0)).toBe(">>es<<");
});

test("tiktoken: the ids and texts of tiktoken", () => {
  const { ranks, pattern, special, cases } = read("tiktoken") as {
    ranks: string;
    pattern: string;
    special: Record<string, number>;
    cases: Case[];
  };
  expectCases(fromTiktoken(ranks, { pattern, specialTokens: special }), cases);
});

// Written by golden/make_tokenizers.py.
interface Pipeline {
  readonly tokenizer: {
    readonly model: { readonly vocab: Record<string, number>; readonly merges: [string, string][] };
  };
  readonly cases: readonly { text: string; pair?: string; special: boolean; ids: number[]; decoded: string }[];
}

test.each([
  [
    "vocab.txt",
    "bert",
    ({ vocab }: Pipeline["tokenizer"]["model"]) =>
      fromVocabTxt(Object.keys(vocab).sort((a, b) => (vocab[a] ?? 0) - (vocab[b] ?? 0)).join("\n")), // prettier-ignore
  ],
  [
    "vocab.json and merges.txt",
    "gpt2",
    ({ vocab, merges }: Pipeline["tokenizer"]["model"]) =>
      fromVocabAndMerges({
        vocab: JSON.stringify(vocab),
        merges: `#version: 0.2\n${merges.map((pair) => pair.join(" ")).join("\n")}\n`,
        addPrefixSpace: true,
      }),
  ],
])("%s: as the tokenizer.json", (_, name, open) => {
  const { tokenizer: config, cases } = read(`../${name}`) as Pipeline;
  const tokenizer = open(config.model);
  for (const { text, pair, special, ids, decoded } of cases) {
    const options = { addSpecialTokens: special, ...(pair !== undefined && { pair }) };
    expect({ text, ids: tokenizer.encode(text, options).ids }).toEqual({ text, ids });
    expect(tokenizer.decode(ids)).toBe(decoded);
  }
});

test("openTokenizer takes the files there are", async () => {
  const { spm, vocab } = read("marian") as { spm: string; vocab: Record<string, number> };
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const open = (files: Record<string, Uint8Array>): Promise<Tokenizer | undefined> =>
    openTokenizer((name) => Promise.resolve(files[name]));
  const marian = await open({ "vocab.json": encode(JSON.stringify(vocab)), "source.spm": bytes(spm) });
  expect(marian?.encode("the cat").ids.at(-1)).toBe(vocab["</s>"]);
  expect((await open({ "spiece.model": bytes(spm) }))?.vocabSize).toBe(160);
  const merges = { "vocab.json": encode('{"a":0,"b":1,"ab":2}'), "merges.txt": encode("a b\n") };
  expect((await open(merges))?.encode("aab").ids).toEqual([0, 2]);
  const words = { "vocab.txt": encode("[CLS]\n[SEP]\n[UNK]\nA\na\n") };
  expect((await open(words))?.encode("A").ids).toEqual([0, 4, 1]);
  expect(
    (await open({ ...words, "tokenizer_config.json": encode('{"do_lower_case":false}') }))?.encode("A").ids,
  ).toEqual([0, 3, 1]);
  expect(await open({})).toBeUndefined();
  await expect(open({ "source.spm": bytes(spm) })).rejects.toThrow(/^vocab.json: expected a file beside source.spm/);
  await expect(open({ "vocab.json": encode('{"a":0}') })).rejects.toThrow(/^source.spm: expected it or merges.txt/);
  await expect(open({ ...merges, "merges.txt": encode("a c") })).rejects.toThrow(/^merges.txt: .*"c" is not/);
});

describe("bad files", () => {
  const model = bytes(models[0]?.model ?? "");

  test("no truncated file hangs or passes silently for another kind of error", () => {
    for (let end = 0; end < Math.min(model.length, 4000); end += 37) {
      try {
        fromSentencePiece(model.slice(0, end));
      } catch (error) {
        expect((error as Error).name).toBe("TokenizerError");
      }
    }
  });

  test("of pieces that take long to put together are refused at once", () => {
    const piece = (text: string, score: number): number[] => {
      const length = [(text.length % 128) + 128, text.length >> 7];
      const message = [10, ...length, ...Buffer.from(text), 21, ...new Uint8Array(Float32Array.of(score).buffer)];
      return [10, (message.length % 128) + 128, message.length >> 7, ...message];
    };
    const isBpe = [18, 2, 24, 2];
    const model = (text: string, score: number): Uint8Array => Uint8Array.from([...piece(text, score), ...isBpe]);
    expect(fromSentencePiece(model("a".repeat(512), -1)).vocabSize).toBe(1);
    expect(() => fromSentencePiece(model("a".repeat(513), -1))).toThrow(
      /pieces of at most 512 characters, got one of 513/,
    );
    expect(() => fromSentencePiece(model("a", NaN))).toThrow(/expected finite scores, got NaN/);
    const rank = (length: number): string => `${btoa("a".repeat(length))} 0`;
    expect(fromTiktoken(rank(1024), { pattern: "." }).vocabSize).toBe(1);
    expect(() => fromTiktoken(rank(1025), { pattern: "." })).toThrow(/line 1: expected a token of at most 1024 bytes/);
    expect(() => fromTiktoken("YQ= 0", { pattern: "." })).toThrow(/line 1: expected base64 and a rank, got "YQ= 0"/);
  });

  test("whose ids leave gaps of millions are not saved with an entry for each", () => {
    const { spm, vocab } = read("marian") as { spm: string; vocab: Record<string, number> };
    const tokenizer = fromMarian({ spm: bytes(spm), vocab: { ...vocab, far: 2 ** 24 - 1 } });
    expect(() => tokenizer.toJSON()).toThrow(/toJSON: expected a token for all but 65536 ids, got ids up to 16777215/);
  });

  test("are told by name", () => {
    expect(() => fromSentencePiece(new Uint8Array())).toThrow(/expected pieces, got none/);
    expect(() => fromSentencePiece(Uint8Array.of(10, 127, 1))).toThrow(/protobuf: expected 127 more bytes/);
    expect(() => fromMarian({ spm: model, vocab: '{"a":0}' })).toThrow(/vocab.json: expected <\/s>/);
    expect(() => fromVocabTxt("a\nb\n")).toThrow(/vocab.txt: expected \[CLS\], got 2 other tokens/);
    expect(() => fromVocabAndMerges({ vocab: {}, merges: "a b</w>" })).toThrow(/ends of words/);
    expect(() => fromVocabAndMerges({ vocab: { a: 0 }, merges: "a b" })).toThrow(/merges\[0\]: "b" is not/);
    expect(() => fromTiktoken("YQ== 0\n? 1", { pattern: "." })).toThrow(/line 2: expected base64 and a rank/);
  });
});

const data = process.env["QKV_DATA"];
const opus = join(data ?? "", "tokenizers", "opus-mt-tc-big-fr-en");

test.skipIf(data === undefined).each(["bert-base-uncased", "gpt2", "roberta-base"])("opens %s", (name) => {
  const file = (part: string): string => readFileSync(join(data ?? "", "tokenizers", name, part), "utf8");
  const tokenizer = name.startsWith("bert")
    ? fromVocabTxt(file("vocab.txt"))
    : fromVocabAndMerges({ vocab: file("vocab.json"), merges: file("merges.txt") });
  const { cases } = JSON.parse(file("golden.json")) as { cases: { text: string; text_pair?: string; ids: number[] }[] };
  for (const { text, text_pair: pair, ids } of cases) {
    expect(tokenizer.encode(text, pair === undefined ? {} : { pair }).ids).toEqual(ids);
  }
});

test.skipIf(data === undefined || !existsSync(opus))("opens a published Marian model", () => {
  const file = (name: string): Uint8Array => readFileSync(join(opus, name));
  const tokenizer = fromMarian({ spm: file("source.spm"), vocab: new TextDecoder().decode(file("vocab.json")) });
  // transformers' MarianTokenizer
  expect(tokenizer.encode("Le chat dort.").ids.at(-1)).toBe(43311);
  expect(tokenizer.decode(tokenizer.encode("Le chat dort.").ids)).toBe("Le chat dort.");
});
