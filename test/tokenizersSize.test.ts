import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { ROOT } from "./workspace.ts";

/** What a page loads for some of the exports of `@qkv/tokenizers`: minified and gzipped, in bytes. */
async function bytesOf(exports: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${exports} from "./packages/tokenizers/src/index.ts";`, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
}

// Ceilings, 2026-11, a few hundred bytes above what there is. What a page does not name it does not load: the engine for
// regular expressions is 5.5 kB, which only files with expressions of their own need (JavaScript's own engine has no
// bound), a model is 0.5 to 2, Precompiled 1.5, training 5 to 6, the other files' formats 3.
test.each([
  ["everything", "*", 33_300],
  ["encoding and decoding, whatever a file names", "{ Tokenizer }", 24_800],
  ["files such as BERT's", "{ createTokenizer, wordPiece }", 14_400],
  ["files such as GPT-2's", "{ createTokenizer, bpe }", 15_500],
  ["files such as Llama 3's", "{ createTokenizer, bpe, regex }", 21_100],
  ["files such as T5's", "{ createTokenizer, unigram, precompiled }", 16_600],
  ["BERT's vocab.txt", "{ fromVocabTxt }", 14_900],
  ["SentencePiece files", "{ fromSentencePiece }", 25_000],
  ["training of BPE", "{ trainBpe }", 25_200],
  ["templates", "{ templateProcessing }", 1_000],
])("%s takes a page no more than it says", async (_, exports, ceiling) => {
  expect(await bytesOf(exports)).toBeLessThan(ceiling);
});
