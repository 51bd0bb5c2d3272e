import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Engine } from "../../harness/engine.ts";

/** What every engine of the case tokenizers is told. */
export interface TokenizerWork {
  /** A tokenizer.json with its tokenizer_config.json beside it. */
  readonly tokenizer: string;
  /** A file with a text on each line. */
  readonly corpus: string;
  /** Encodes the corpus, or loads the tokenizer. */
  readonly work: "encode" | "load";
}

/** An open tokenizer: the ids of each text, whatever else it makes of them. */
export type EncodeAll = (texts: readonly string[]) => Promise<readonly (readonly number[])[]>;

/** Makes an engine of a way to open a tokenizer from the texts of its two files. */
export async function tokenizerEngine(
  { tokenizer, corpus, work }: TokenizerWork,
  open: (json: string, config: string) => EncodeAll,
  usedBytes: () => number,
): Promise<Engine> {
  const files = () =>
    Promise.all([readFile(tokenizer, "utf8"), readFile(join(dirname(tokenizer), "tokenizer_config.json"), "utf8")]);
  const load = async () => open(...(await files()));
  const before = usedBytes();
  const encodeAll = await load();
  const megabytes = (usedBytes() - before) / 2 ** 20;

  const lines = (await readFile(corpus, "utf8")).split("\n");
  const slices = inSlices(lines, Math.ceil(lines.length / LINES_AT_ONCE));
  const [first = []] = slices;
  let next = 0;
  const encode = () => encodeAll(slices[next++ % slices.length] ?? []);
  const tokens = work === "encode" ? (await encodeAll(first)).reduce((sum, { length }) => sum + length, 0) : undefined;
  return {
    run: work === "encode" ? encode : load,
    result: async () => (await encodeAll(first.slice(0, 500))).flat(),
    megabytes: () => megabytes,
    ...(tokens !== undefined && { tokens }),
  };
}

/** A run encodes so many, and the next run others: a corpus has words that come again, and lines that do not. */
const LINES_AT_ONCE = 20_000;

/** Lines dealt out like cards, so that the slices are alike. */
function inSlices(lines: readonly string[], count: number): string[][] {
  return Array.from({ length: count }, (_, i) => lines.filter((_, line) => line % count === i));
}

/** The bytes that JavaScript holds on to. Node must run with --expose-gc. */
export function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.(); // the text of a file outlives the first
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
