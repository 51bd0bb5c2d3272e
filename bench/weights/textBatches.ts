import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WordPieces } from "./wordPieces.ts";

/** Work of a case that reads batches of texts. */
export interface TextsWork {
  /** A model's folder; onnx/ holds the same weights for transformers.js. */
  readonly folder: string;
  /** Texts of a batch. */
  readonly batch: number;
  /** Tokens of a text, special ones included. */
  readonly tokens: number;
}

/** Batches in a file: one for each run, and over again, so that words are hardly ever those of the run before. */
const MANY = { texts: 128, batches: 4 };

/** Writes the texts of some work beside the model. */
export async function writeBatches(work: TextsWork, { tokenizer, texts }: WordPieces): Promise<void> {
  const { batch, tokens } = work;
  const count = Math.max(MANY.batches, MANY.texts / batch);
  const all = texts(count * batch, tokens);
  const other = all.find((text) => tokenizer.encode(text).length !== tokens);
  if (other !== undefined) throw new Error(`writeBatches: expected texts of ${tokens} tokens, got ${other}`);
  const batches = Array.from({ length: count }, (_, i) => all.slice(i * batch, (i + 1) * batch));
  await writeFile(fileOf(work), JSON.stringify(batches));
}

/** What {@link writeBatches} wrote: the first batch, and a function that gives one after the other. */
export async function readBatches(work: TextsWork): Promise<{ first: string[]; next: () => string[] }> {
  const batches = JSON.parse(await readFile(fileOf(work), "utf8")) as string[][];
  let at = 0;
  return { first: batches[0] ?? [], next: () => batches[at++ % batches.length] ?? [] };
}

const fileOf = ({ folder, batch, tokens }: TextsWork) => join(folder, `texts-${batch}-${tokens}.json`);
