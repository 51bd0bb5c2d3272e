import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanUpSpaces, Tokenizer } from "@qkv/tokenizers";

// Written by golden/make_tokenizers.py with Hugging Face tokenizers.
interface Golden {
  readonly tokenizer: unknown;
  readonly cases: readonly {
    readonly text: string;
    readonly pair?: string;
    readonly special: boolean;
    readonly ids: number[];
    readonly tokens: string[];
    readonly offsets: [number, number][];
    readonly typeIds: number[];
    readonly specialTokensMask: number[];
    readonly wordIds: (number | null)[];
    readonly decoded: string;
    readonly decodedWithSpecials: string;
  }[];
}

const folder = new URL("golden/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && !/^(training|unicode)/.test(file))
  .map((file) => file.slice(0, -".json".length));

describe.each(names)("%s", (name) => {
  const golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Golden;
  const tokenizer = Tokenizer.fromJSON(golden.tokenizer);

  test.each(golden.cases)("encodes $text", ({ text, pair, special, ...expected }) => {
    const encoding = tokenizer.encode(text, { addSpecialTokens: special, ...(pair !== undefined && { pair }) });
    expect({
      ids: encoding.ids,
      tokens: encoding.tokens,
      offsets: encoding.offsets,
      typeIds: encoding.typeIds,
      specialTokensMask: encoding.specialTokensMask,
      wordIds: encoding.wordIds.map((word) => word ?? null),
      decoded: tokenizer.decode(encoding.ids),
      decodedWithSpecials: tokenizer.decode(encoding.ids, { skipSpecialTokens: false }),
    }).toEqual(expected);
  });

  test("saves what it loaded", () => {
    const saved = JSON.parse(JSON.stringify(tokenizer)) as { model: unknown };
    expect(saved).toEqual({ ...(golden.tokenizer as object), model: saved.model });
    expect(saved.model).toMatchObject((golden.tokenizer as { model: object }).model);
  });
});

const data = process.env["QKV_DATA"];

describe.skipIf(data === undefined)("tokenizers of published models", () => {
  const root = join(data ?? "", "tokenizers");
  const models =
    data === undefined ? [] : readdirSync(root).filter((name) => existsSync(join(root, name, "golden.json")));

  test.each(models)("%s", (name) => {
    const read = (file: string): string => readFileSync(join(root, name, file), "utf8");
    const tokenizer = Tokenizer.fromJSON(read("tokenizer.json"));
    const { cases } = JSON.parse(read("golden.json")) as {
      cases: { text: string; text_pair?: string; ids: number[]; tokens: string[]; decoded: string }[];
    };
    const whole = { truncation: false, padding: false } as const; // transformers does neither unless asked
    for (const { text, text_pair, ids, tokens, decoded } of cases) {
      const pair = text_pair === undefined ? {} : { pair: text_pair };
      expect(tokenizer.encode(text, { ...pair, ...whole }).ids).toEqual(ids);
      expect(tokenizer.encode(text, { ...pair, ...whole, addSpecialTokens: false }).tokens).toEqual(tokens);
      // What transformers adds to decoding: CLIP's ends of words, and the cleaning up that is its default.
      const plain = tokenizer.decode(ids, { skipSpecialTokens: false }).replaceAll("</w>", " ");
      expect(cleanUpSpaces(plain)).toBe(decoded);
    }
  });
});
