import { HOSTILE_COMPONENTS, hostileString } from "./hostileComponents.ts";
import { type Folder, hostileFolder } from "./hostileFolder.ts";
import { HostileRandom } from "./hostileRandom.ts";
import { mutate } from "./mutate.ts";

/** What files are made from. */
export interface Sources {
  /** Texts of tokenizer.json. */
  readonly files: readonly string[];
  /** Tokenizers in other files, by kind. */
  readonly folders: Readonly<Record<string, readonly Folder[]>>;
}

/** A file or a folder, what it is tried on, and what was done to it. */
export interface HostileFile {
  /** The component that was made anew, `tree` where any place was changed, or the kind of folder. */
  readonly kind: string;
  /** A tokenizer.json, or other files by name. */
  readonly tokenizer: unknown;
  readonly texts: readonly string[];
  readonly pair: string | undefined;
}

const LETTERS = [
  "a",
  "a",
  "b",
  "ab",
  " ",
  "▁",
  "é",
  "e\u0301",
  "\u0301",
  "😀",
  "👩‍👩‍👧‍👦",
  "한",
  "天",
  "1",
  ".",
  "ﷺ",
  "\ud800",
  "<s>",
  "\n",
  "🇫🇷",
];

/** The file of a seed: one of `sources` changed in up to four places, or with components made anew. */
export function hostileFile(seed: number, { files, folders }: Sources, longest: number): HostileFile {
  const random = new HostileRandom(seed);
  const kinds = ["tree", ...Object.keys(HOSTILE_COMPONENTS), ...Object.keys(folders)];
  const kind = kinds[seed % kinds.length] ?? "tree";
  const known = folders[kind];
  const tokenizer =
    known === undefined ? hostileJson(kind, random.pick(files), random) : hostileFolder(random.pick(known), random);
  const text = (): string => {
    const length = random.pick([1, 20, 300, 3000, longest]);
    const letters = random.list(12, () => random.pick(LETTERS)).join("") || "a";
    return letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
  };
  const texts = ["The cat's 😀 e\u0301lève 12345, <s>x</s>", text(), text(), hostileString(random).slice(0, longest)];
  return { kind, tokenizer, texts, pair: random.chance(0.3) ? text() : undefined };
}

function hostileJson(kind: string, file: string, random: HostileRandom): unknown {
  const tokenizer = JSON.parse(file) as Record<string, unknown>;
  if (kind === "tree") for (let count = 1 + random.below(4); count > 0; count--) mutate(tokenizer, random);
  else {
    tokenizer[kind] = HOSTILE_COMPONENTS[kind]?.(random);
    const others = random.list(3, () => random.pick(Object.keys(HOSTILE_COMPONENTS)));
    for (const name of others) tokenizer[name] = HOSTILE_COMPONENTS[name]?.(random);
  }
  return tokenizer;
}
