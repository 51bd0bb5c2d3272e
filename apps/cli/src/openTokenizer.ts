import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { openTokenizer as openFiles, fromSentencePiece, Tokenizer } from "@qkv/tokenizers";
import { findModelFolder } from "./modelFolders.ts";
import { UsageError } from "./usageError.ts";

/** The tokenizer of a shipped model, of a folder, or of a tokenizer.json or SentencePiece file. */
export async function openTokenizer(ref: string): Promise<Tokenizer> {
  const found = findModelFolder(ref);
  if ((await stat(found)).isFile()) {
    const bytes = await readFile(found);
    return /\.(model|spm)$/.test(found) ? fromSentencePiece(bytes) : Tokenizer.fromJSON(bytes.toString("utf8"));
  }
  const tokenizer = await openFiles((name) => readOptional(path.join(found, name)));
  if (tokenizer !== undefined) return tokenizer;
  throw new UsageError(
    `--model: expected a folder with a tokenizer (tokenizer.json, vocab.txt, spiece.model ...), got ${ref}`,
  );
}

async function readOptional(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
