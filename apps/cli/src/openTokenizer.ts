import { readFile, stat } from "node:fs/promises";
import { fromSentencePiece, openTokenizer as openFiles, Tokenizer } from "@qkv/tokenizers";
import { findLocalModel } from "./modelFolders.ts";
import { openModelFiles } from "./openModelFiles.ts";
import { UsageError } from "./usageError.ts";

/** The tokenizer of a model, or of a tokenizer.json or SentencePiece file. */
export async function openTokenizer(ref: string): Promise<Tokenizer> {
  const local = findLocalModel(ref);
  if (local !== undefined && (await stat(local)).isFile()) {
    const bytes = await readFile(local);
    return /\.(model|spm)$/.test(local) ? fromSentencePiece(bytes) : Tokenizer.fromJSON(bytes.toString("utf8"));
  }
  const files = await openModelFiles(ref);
  const tokenizer = await openFiles((name) => files.read(name));
  if (tokenizer !== undefined) return tokenizer;
  throw new UsageError(
    `--model: expected a model with a tokenizer (tokenizer.json, vocab.txt, spiece.model ...), got ${ref}`,
  );
}
