import { parseJson } from "../json/configValue.ts";
import { JsonScanner } from "../json/jsonScanner.ts";
import { MergeTable } from "../models/bpe/mergeTable.ts";
import { textOf } from "../text/utf16.ts";
import { Vocabulary } from "../models/vocabulary.ts";

/**
 * Parses the text of a tokenizer.json: to a {@link Vocabulary} and a {@link MergeTable} already where the model's `vocab` and
 * `merges` have their plain forms. They are nearly all of the text, and objects for each token would take longer to make
 * than all else.
 */
export function parseTokenizer(text: string): unknown {
  let scanned: unknown;
  try {
    scanned = scanTokenizer(text);
  } catch {
    scanned = undefined; // no JSON, which is reported below
  }
  return scanned ?? parseJson(text, "tokenizer.json");
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly value: Vocabulary | MergeTable;
}

/** Scans a plain tokenizer.json; undefined for any other form, which JSON.parse and the readers of its value handle. */
function scanTokenizer(text: string): unknown {
  const scanner = new JsonScanner(text);
  const parts = new Map<string, Part>();
  let models = 0;
  const isPlain = scanner.members((length) => {
    if (textOf(scanner.units, 0, length) !== "model") return scanner.skip();
    models++;
    return scanner.members((length) => {
      const name = textOf(scanner.units, 0, length);
      if (name !== "vocab" && name !== "merges") return scanner.skip();
      const start = scanner.next();
      const vocabulary = parts.get("vocab")?.value as Vocabulary | undefined;
      const value = name === "vocab" ? Vocabulary.scan(scanner) : vocabulary && MergeTable.scan(scanner, vocabulary);
      if (value === undefined || parts.has(name)) return false;
      parts.set(name, { start, end: scanner.next(), value });
      return true;
    });
  });
  if (!isPlain || models !== 1 || scanner.next() !== text.length) return undefined;

  let rest = "";
  let last = 0;
  for (const { start, end } of parts.values()) {
    rest += `${text.slice(last, start)}0`;
    last = end;
  }
  const tokenizer = JSON.parse(rest + text.slice(last)) as { readonly model: Record<string, unknown> };
  const { model } = tokenizer;
  if (model["continuing_subword_prefix"]) return undefined; // merges leave it out of their results
  for (const [name, { value }] of parts) model[name] = value;
  return tokenizer;
}
