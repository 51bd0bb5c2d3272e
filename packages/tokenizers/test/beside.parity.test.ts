import { readFileSync } from "node:fs";
import { openTokenizer } from "@qkv/tokenizers";
import { expect, test } from "vitest";
import { differenceOf, type ExpectedTokenizer } from "./expectedTokenizer.ts";

interface Folder extends ExpectedTokenizer {
  readonly name: string;
  /** The texts of the files. */
  readonly files: Readonly<Record<string, string>>;
  /** SentencePiece files in base64. */
  readonly models: Readonly<Record<string, string>>;
}

const folders = ["beside", "classes", "pieces"].flatMap((name) => {
  const golden = new URL(`golden/formats/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(golden, "utf8")) as { folders: readonly Folder[] }).folders;
});

/** Vocabularies that their class makes nonsense of, though Python does not say so; the last has no token for the beginning. */
const UNFIT = ["golden-0002-wordpiece", "golden-0044-llama", "3-0014-unigram"];

test.each(folders.map((folder) => [folder.name, folder.class ?? "an error", folder] as const))(
  "%s: the ids of AutoTokenizer, which takes %s",
  async (name, _, { files, models, ...expected }) => {
    const read = (file: string): Promise<Uint8Array | undefined> => {
      const text = Object.hasOwn(files, file) ? files[file] : undefined;
      const model = Object.hasOwn(models, file) ? models[file] : undefined;
      if (text !== undefined) return Promise.resolve(new TextEncoder().encode(text));
      return Promise.resolve(model === undefined ? undefined : new Uint8Array(Buffer.from(model, "base64")));
    };
    const { kind, detail } = await differenceOf(() => openTokenizer(read), expected);
    const wanted = expected.error !== undefined ? "refused by both" : UNFIT.includes(name) ? "refused" : "equal";
    expect(kind, detail).toBe(wanted);
  },
);
