import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DecodeStream, Tokenizer } from "../index.ts";

const golden = (name: string) => {
  const file = new URL(`../../test/golden/${name}.json`, import.meta.url);
  return Tokenizer.fromJSON((JSON.parse(readFileSync(file, "utf8")) as { tokenizer: unknown }).tokenizer);
};

function streamed(stream: DecodeStream, ids: readonly number[]): string[] {
  return [...ids.map((id) => stream.push(id)), stream.end()];
}

describe("a stream of ids", () => {
  // Characters that the vocabulary lacks are several bytes, each a token, one character after another.
  test.each(["llama2", "unigram-bytes", "gpt2", "llama3"])("of %s reads as they do together", (name) => {
    const tokenizer = golden(name);
    for (const text of ["龍漢龘 字", "🙂🙃 and 🏳️‍🌈🏳️‍🌈", "né à Ünï ёлка", "  two  spaces \n"]) {
      const { ids } = tokenizer.encode(text, { addSpecialTokens: false });
      const parts = streamed(tokenizer.createDecodeStream(), ids);
      expect(parts.join("")).toBe(tokenizer.decode(ids));
      for (const part of parts) expect(part).not.toContain("\ufffd");
    }
  });

  test("gives a character with the last of its bytes", () => {
    const tokenizer = golden("llama2");
    const ids = [0xe9, 0xbe, 0x8d, 0xe6, 0xbc, 0xa2].map((byte) =>
      tokenizer.tokenToId(`<0x${byte.toString(16).toUpperCase()}>`),
    );
    expect(streamed(tokenizer.createDecodeStream(), ids as number[])).toEqual(["", "", "龍", "", "", "漢", ""]);
  });

  test("is the same with special tokens in between, which are passed over", () => {
    const tokenizer = golden("llama2");
    const { ids } = tokenizer.encode("a 龍 b", { addSpecialTokens: false });
    const between = ids.flatMap((id) => [0, id, 0, 0]); // </s>
    expect(streamed(tokenizer.createDecodeStream(), between).join("")).toBe(tokenizer.decode(ids));
    const shown = streamed(tokenizer.createDecodeStream({ skipSpecialTokens: false }), between).join("");
    expect(shown.match(/<\/s>/g)?.length).toBe(3 * ids.length);
  });
});

describe("a stream decodes an id few times", () => {
  const utf8 = new TextDecoder();
  const decode = (counts: { ids: number }) => (ids: readonly number[]) => {
    counts.ids += ids.length;
    return utf8.decode(Uint8Array.from(ids.filter((id) => id < 256)));
  };
  const MOST = 40; // a character that is never whole: sixteen each time

  test.each<[string, (i: number) => number]>([
    ["of letters", (i) => 97 + (i % 26)],
    ["that is passed over", () => 256],
    ["that never becomes a character", () => 0x80],
    ["of characters of four bytes", (i) => [0xf0, 0x9f, 0x99, 0x82][i % 4] as number],
    ["after many that were none", (i) => (i % 1000 < 990 ? 0xff : 97)],
  ])("%s", (_, id) => {
    const counts = { ids: 0 };
    const stream = new DecodeStream(decode(counts), (each) => each === 256);
    const ids = Array.from({ length: 10_000 }, (_each, i) => id(i));
    expect(streamed(stream, ids).join("")).toBe(decode({ ids: 0 })(ids));
    expect(counts.ids).toBeLessThan(MOST * ids.length);
  });
});
