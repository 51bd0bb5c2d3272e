import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Encoding, Tokenizer } from "@qkv/tokenizers";

type Text = string | readonly string[];

interface Part {
  readonly ids: number[];
  readonly tokens: string[];
  /** null where Hugging Face's part does not tell which text a token is from. */
  readonly offsets: ([number, number] | null)[];
  readonly wordIds: (number | null)[];
  readonly specialTokensMask: number[];
  readonly attentionMask: number[];
}

// Written by golden/make_tokenizer_formats.py with Hugging Face tokenizers.
interface Golden {
  readonly cases: readonly {
    readonly tokenizer: string;
    readonly truncation: object | null;
    readonly padding: object | null;
    readonly texts: readonly (readonly [Text, Text | null])[];
    readonly expected: readonly (Part & {
      readonly typeIds: number[];
      readonly sequenceIds: (number | null)[];
      readonly overflow: readonly Part[];
    })[];
    readonly lookUps: readonly {
      readonly charToToken: readonly [position: number, token: number | null][];
      readonly tokenToChars: readonly ([number, number] | null)[];
    }[];
  }[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));
const { cases } = read("formats/settings") as Golden;

describe.each(cases.map((each) => [describeCase(each), each] as const))("%s", (_, golden) => {
  const { tokenizer: config } = read(golden.tokenizer) as { tokenizer: object };
  const tokenizer = Tokenizer.fromJSON({ ...config, truncation: golden.truncation, padding: golden.padding });
  const encodings = golden.texts.some(([, pair]) => pair !== null)
    ? golden.texts.map(([text, pair]) => tokenizer.encode(text, pair === null ? {} : { pair }))
    : tokenizer.encodeBatch(golden.texts.map(([text]) => text));

  test("gives Hugging Face's encodings", () => {
    golden.expected.forEach(({ overflow, typeIds, sequenceIds, ...expected }, i) => {
      const encoding = encodings[i] as Encoding;
      expect({ ...facts(encoding, expected) }).toEqual(expected);
      expect(encoding.typeIds).toEqual(typeIds);
      expect(encoding.sequenceIds.map((id) => id ?? null)).toEqual(sequenceIds);
      expect(encoding.overflow.map((part, j) => facts(part, overflow[j]))).toEqual(overflow);
    });
  });

  test("finds tokens by characters, and back", () => {
    golden.lookUps.forEach(({ charToToken, tokenToChars }, i) => {
      const encoding = encodings[i] as Encoding;
      expect(charToToken.map(([at]) => [at, encoding.charToToken(at) ?? null])).toEqual(charToToken);
      expect(encoding.ids.map((_, token) => encoding.tokenToChars(token) ?? null)).toEqual(tokenToChars);
    });
  });
});

function facts(encoding: Encoding, expected: Part | undefined): Part {
  return {
    ids: [...encoding.ids],
    tokens: encoding.tokens,
    offsets: encoding.offsets.map((offset, i) => (expected?.offsets[i] === null ? null : offset)),
    wordIds: encoding.wordIds.map((id) => id ?? null),
    specialTokensMask: encoding.specialTokensMask,
    attentionMask: encoding.attentionMask,
  };
}

function describeCase({ tokenizer, truncation, padding, texts }: Golden["cases"][number]): string {
  const kind = Array.isArray(texts[0]?.[0]) ? "words" : texts.some(([, pair]) => pair !== null) ? "pairs" : "texts";
  return `${tokenizer}, ${kind}, ${JSON.stringify(truncation)}, ${JSON.stringify(padding)}`;
}
