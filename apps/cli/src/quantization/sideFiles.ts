import { type ModelFiles, type Pretrained, readOptionalFile } from "@qkv/pretrained";

const TOKENIZER_CONFIG = "tokenizer_config.json";

/** The files of a model beside its config and its weights: tokenizers in all their forms, and what else is read. */
const NAMES = [
  ...["generation_config.json", "preprocessor_config.json", "tokenizer.json", TOKENIZER_CONFIG],
  ...["special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt"],
  ...["source.spm", "target.spm", "target_vocab.json", "spiece.model", "tokenizer.model", "chat_template.jinja"],
];

/** Reads the files beside a model, as they are. Languages that only its name says are added. */
export async function sideFilesOf(files: ModelFiles, pretrained: Pretrained): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const name of NAMES) {
    const bytes = await readOptionalFile(files, name);
    if (bytes !== undefined) found.set(name, bytes);
  }
  const { direction } = pretrained as { readonly direction?: { readonly from: string; readonly to: string } };
  if (direction !== undefined) {
    const config = parsed(found.get(TOKENIZER_CONFIG));
    const named = { ...config, source_lang: direction.from, target_lang: direction.to };
    found.set(TOKENIZER_CONFIG, new TextEncoder().encode(`${JSON.stringify(named, undefined, 2)}\n`));
  }
  return found;
}

function parsed(bytes: Uint8Array | undefined): Record<string, unknown> {
  return bytes === undefined ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
}
