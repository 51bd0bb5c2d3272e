import { stat } from "node:fs/promises";
import path from "node:path";
import { fromSentencePiece, openTokenizer as openFiles, Tokenizer } from "@qkv/tokenizers";
import { findLocalModel } from "./modelFolders.ts";
import { openModelFiles } from "./openModelFiles.ts";
import { tokenizerOptions } from "./tokenizerOptions.ts";
import { UsageError } from "./usageError.ts";

/** The tokenizer of a model, or of a tokenizer.json or SentencePiece file. */
export async function openTokenizer(ref: string): Promise<Tokenizer> {
  const local = findLocalModel(ref);
  if (local !== undefined && !local.endsWith(".gguf") && (await stat(local)).isFile()) return openFile(local);
  const { readOptionalFile } = await import("@qkv/pretrained");
  const files = await openModelFiles(ref);
  const tokenizer = await openFiles((name) => readOptionalFile(files, name), tokenizerOptions());
  if (tokenizer !== undefined) return tokenizer;
  throw new UsageError(
    `--model: expected a model with a tokenizer (tokenizer.json, vocab.txt, spiece.model ...), got ${ref}`,
  );
}

async function openFile(file: string): Promise<Tokenizer> {
  const { readOptionalFile } = await import("@qkv/pretrained");
  const { modelFolder } = await import("@qkv/pretrained/node");
  const bytes = await readOptionalFile(modelFolder(path.dirname(file)), path.basename(file));
  if (/\.(model|spm)$/.test(file)) return fromSentencePiece(bytes ?? new Uint8Array(), tokenizerOptions());
  return Tokenizer.fromJSON(new TextDecoder().decode(bytes), tokenizerOptions());
}
