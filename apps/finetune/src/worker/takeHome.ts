import { modelLabel, type ModelSource } from "@qkv/app-shell/worker";
import { mergeLora } from "@qkv/nn";
import { adapterFiles, type ModelFiles, pretrainedFiles, readOptionalFile } from "@qkv/pretrained";
import { assignVariables, type NamedVariables, readVariables } from "@qkv/training";
import { type Base, FAMILIES } from "./base.ts";
import type { Tuned } from "./tuned.ts";

/** What is taken home: the adapter alone, or the model that it makes. */
export type HomeKind = "adapter" | "folder";

/** The files of what was learned, by name. */
export function homeFiles(
  kind: HomeKind,
  base: Base,
  tuned: Tuned,
  source: ModelSource,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { pretrained, adapter } = tuned;
  return kind === "adapter"
    ? adapterFiles({ model: pretrained.model, adapter, families: FAMILIES, base: modelLabel(source) })
    : mergedFiles(base, tuned);
}

/** Whether the adapter can be folded into the model: its weights are floats. */
export function canMerge({ adapter, pretrained }: Pick<Tuned, "adapter" | "pretrained">): boolean {
  const weights = pretrained.model.params.weights();
  return [...adapter.updates.keys()].every((path) => weights.get(path)?.format === "f32");
}

/** The files of the model with the adapter folded in. Both are afterwards as they were. */
async function mergedFiles(
  { files, tokenizer }: Base,
  { pretrained, adapter, files: own }: Tuned,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { model } = pretrained;
  const weights = model.params.weights();
  const adapted = new Map(
    Array.from(adapter.updates.keys(), (path) => [path, weights.get(path)?.parts.data] as const),
  ) as unknown as NamedVariables;
  const before = await readVariables(adapted);
  try {
    mergeLora(model.params);
    return await pretrainedFiles({
      model,
      tokenizer,
      families: FAMILIES,
      files: new Map([...(await textFiles(files)), ...own]),
    });
  } finally {
    assignVariables("the weights before", adapted, before);
    adapter.detach();
    adapter.attach();
  }
}

/** How texts are read, as the base's files say it: each is kept as it is. */
const TEXT_FILES = [
  ...[
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
  ],
  ...["merges.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "chat_template.jinja"],
  ...["generation_config.json"],
];

async function textFiles(files: ModelFiles): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const name of TEXT_FILES) {
    const bytes = await readOptionalFile(files, name);
    if (bytes !== undefined) found.set(name, bytes);
  }
  return found;
}
