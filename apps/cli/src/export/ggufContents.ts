import path from "node:path";
import type { Pretrained, SaveGgufOptions } from "@qkv/pretrained";
import { Tokenizer } from "@qkv/tokenizers";
import { note } from "../note.ts";

/** A pretrained model as the contents of a GGUF file: its tokenizer, its template of chats and its name with it. */
export function ggufContents({ model, tokenizer, chatTemplate, name }: Pretrained): SaveGgufOptions {
  return {
    ...{ model, dtype: "auto", name: path.basename(name) },
    ...(tokenizer !== undefined && { tokenizer: withoutBatches(tokenizer) }),
    ...(chatTemplate !== undefined && { chatTemplate: chatTemplate.template }),
  };
}

/** The tokenizer without what it does to batches, which a GGUF file has no keys for; a note says so. */
function withoutBatches(tokenizer: Tokenizer): Tokenizer {
  const json = tokenizer.toJSON();
  if ((json.truncation ?? json.padding ?? null) === null) return tokenizer;
  note("left out, as GGUF files have none: the tokenizer's truncation and padding");
  return Tokenizer.fromJSON({ ...json, truncation: null, padding: null });
}
