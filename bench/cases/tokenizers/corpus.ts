import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { uniform } from "../../weights/randomParams.ts";

const MADE_UP = 100_000;
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The English and French sentences of Tatoeba if `QKV_DATA` is set, else some made of words in the project's texts. */
export async function sentences(): Promise<{ readonly name: string; readonly texts: readonly string[] }> {
  const data = process.env["QKV_DATA"];
  if (data === undefined) return { name: "made-up sentences", texts: await madeUp() };
  const files = unzipSync(await readFile(join(data, "tatoeba/fra-eng.zip")), {
    filter: ({ name }) => name === "fra-eng/fra.txt",
  });
  const lines = new TextDecoder().decode(files["fra-eng/fra.txt"]).trim().split("\n");
  return { name: "Tatoeba", texts: lines.flatMap((line) => line.split("\t").slice(0, 2)) };
}

/** The first sentences put together to a few lines of 100,000 characters. */
export function longLines(texts: readonly string[], lines = 10, characters = 100_000): string[] {
  const text = texts.join(" ");
  return Array.from({ length: lines }, (_, i) => text.slice(i * characters, (i + 1) * characters));
}

async function madeUp(): Promise<string[]> {
  const files = [
    "README.md",
    "CONTRIBUTING.md",
    "models/en-fr/README.md",
    "packages/tokenizers/test/golden/corpus.txt",
  ];
  const texts = await Promise.all(files.map((file) => readFile(join(ROOT, file), "utf8")));
  const words = texts.join(" ").split(/\s+/);
  const next = uniform(1);
  const word = () => words[Math.floor(next() * words.length)] ?? "";
  return Array.from({ length: MADE_UP }, () => Array.from({ length: 4 + Math.floor(12 * next()) }, word).join(" "));
}
