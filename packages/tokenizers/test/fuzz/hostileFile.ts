import { HOSTILE_COMPONENTS, hostileString } from "./hostileComponents.ts";
import { HostileRandom } from "./hostileRandom.ts";

/** A file, what it is tried on, and what was done to it. */
export interface HostileFile {
  /** The component that was made anew, or `tree` where any place was changed. */
  readonly kind: string;
  readonly tokenizer: unknown;
  readonly texts: readonly string[];
  readonly pair: string | undefined;
}

type Tree = Record<string, unknown> | unknown[];

const STRANGE: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e9, 2 ** 53, "", "a", "▁", "😀", "\ud800", "__proto__", "constructor", [], {}, [[]]],
  ...["(a+)+$", "(a*)*\\1", "[", "\\p{L}{0,99999}"],
  { type: "Sequence", normalizers: [], pretokenizers: [], decoders: [], processors: [] },
  ...[{ Regex: "(x+x+)+y" }, { String: "" }, { Fixed: 1e6 }],
];

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

const KINDS = ["tree", ...Object.keys(HOSTILE_COMPONENTS)];

/** The file of a seed: one of `files` changed in up to four places, or with components made anew. */
export function hostileFile(seed: number, files: readonly string[], longest: number): HostileFile {
  const random = new HostileRandom(seed);
  const kind = KINDS[seed % KINDS.length] ?? "tree";
  const tokenizer = JSON.parse(random.pick(files)) as Record<string, unknown>;
  if (kind === "tree") for (let count = 1 + random.below(4); count > 0; count--) mutate(tokenizer, random);
  else {
    tokenizer[kind] = HOSTILE_COMPONENTS[kind]?.(random);
    const others = random.list(3, () => random.pick(Object.keys(HOSTILE_COMPONENTS)));
    for (const name of others) tokenizer[name] = HOSTILE_COMPONENTS[name]?.(random);
  }
  const text = (): string => {
    const length = random.pick([1, 20, 300, 3000, longest]);
    const letters = random.list(12, () => random.pick(LETTERS)).join("") || "a";
    return letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
  };
  const texts = ["The cat's 😀 e\u0301lève 12345, <s>x</s>", text(), text(), hostileString(random).slice(0, longest)];
  return { kind, tokenizer, texts, pair: random.chance(0.3) ? text() : undefined };
}

/** One place of `root` changed, anywhere but mostly near the top: removed, exchanged, doubled, or something strange. */
function mutate(root: Tree, random: HostileRandom): void {
  let at: Tree = root;
  for (;;) {
    const key = random.pick(Object.keys(at));
    if (key === undefined) return;
    const record = at as Record<string, unknown>;
    const inner = record[key];
    if (typeof inner === "object" && inner !== null && Object.keys(inner).length > 0 && random.chance(0.8)) {
      at = inner as Tree;
      continue;
    }
    const what = random.next();
    if (what < 0.2) delete record[key];
    else if (what < 0.3)
      Object.defineProperty(record, "__proto__", { value: inner, enumerable: true, configurable: true, writable: true }); // prettier-ignore
    else if (what < 0.45) record[key] = record[random.pick(Object.keys(at))];
    else if (what < 0.55)
      record[key] = root; // a file that contains itself
    else if (what < 0.65 && typeof inner === "string") record[key] = inner + inner.slice(random.below(inner.length));
    else record[key] = random.pick(STRANGE);
    return;
  }
}
