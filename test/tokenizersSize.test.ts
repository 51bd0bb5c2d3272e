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

// Ceilings, 2026-11, a few hundred bytes above what there is. The engine for regular expressions is 5 kB of it, which no
// page can do without as long as a file may contain any expression: JavaScript's own has no bound.
test.each([
  ["everything", "*", 32_500],
  ["encoding and decoding", "{ Tokenizer }", 24_000],
  ["SentencePiece files", "{ fromSentencePiece }", 25_400],
  ["training of BPE", "{ trainBpe }", 26_000],
  ["templates", "{ templateProcessing }", 1_000],
])("%s takes a page no more than it says", async (_, exports, ceiling) => {
  expect(await bytesOf(exports)).toBeLessThan(ceiling);
});
