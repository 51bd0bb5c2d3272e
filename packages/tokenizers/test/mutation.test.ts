import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Tokenizer, TokenizerError } from "@qkv/tokenizers";

// A tokenizer.json is untrusted: whatever stands in it, opening and using it ends soon, with a result or a TokenizerError.
// QKV_FUZZ_SECONDS says for how long files are changed at random; QKV_DATA adds those of published models.
const seconds = Number(process.env["QKV_FUZZ_SECONDS"] ?? 3);

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e9,
  2 ** 53,
  "",
  "a",
  "▁",
  "😀",
  "\ud800",
  "__proto__",
  "constructor",
  "(a+)+$",
  "(a*)*\\1",
  "[",
  "\\p{L}{0,99999}",
  [],
  {},
  [[]],
  { type: "Sequence", normalizers: [], pretokenizers: [], decoders: [], processors: [] },
  { Regex: "(x+x+)+y" },
  { String: "" },
  { Fixed: 1e6 },
];

type Tree = Record<string, unknown> | unknown[];

/** One place of `root` changed, anywhere but mostly near the top: removed, exchanged, doubled, or something strange. */
function mutate(root: Tree, random: () => number): void {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let at: Tree = root;
  for (;;) {
    const key = pick(Object.keys(at));
    if (key === undefined) return;
    const inner = (at as Record<string, unknown>)[key];
    if (typeof inner === "object" && inner !== null && Object.keys(inner).length > 0 && random() < 0.8) {
      at = inner as Tree;
      continue;
    }
    const what = random();
    const record = at as Record<string, unknown>;
    if (what < 0.2) delete record[key];
    else if (what < 0.3)
      Object.defineProperty(record, "__proto__", {
        value: inner,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else if (what < 0.45) record[key] = record[pick(Object.keys(at))];
    else if (what < 0.55)
      record[key] = root; // a file that contains itself
    else if (what < 0.65 && typeof inner === "string")
      record[key] = inner + inner.slice(Math.floor(random() * inner.length));
    else record[key] = pick(STRANGE);
    return;
  }
}

const folder = new URL("golden/", import.meta.url);
const goldens = readdirSync(folder).filter(
  (file) => /^[a-z0-9-]+\.json$/.test(file) && !/^(training|unicode)/.test(file),
);
const root = join(process.env["QKV_DATA"] ?? "/nowhere", "tokenizers");
const published = existsSync(root)
  ? readdirSync(root).map((name) => join(root, name, "tokenizer.json")).filter((file) => existsSync(file)) // prettier-ignore
  : [];
const files = [
  ...goldens.map((name) => JSON.stringify((JSON.parse(readFileSync(new URL(name, folder), "utf8")) as { tokenizer: unknown }).tokenizer)), // prettier-ignore
  ...published.map((file) => readFileSync(file, "utf8")),
];

const TEXTS = ["The cat's 😀 e\u0301lève 12345, <s>x</s>", "a".repeat(3000), " \n\t ▁ \ud800 天気"];

test("changed files are opened, used and refused without a crash or a hang", { timeout: 1000 * (seconds + 60) }, () => {
  const end = performance.now() + 1000 * seconds;
  let used = 0;
  let refused = 0;
  for (let seed = 1; performance.now() < end; seed++) {
    const random = randomFrom(seed);
    const tree = JSON.parse(files[seed % files.length] as string) as Tree;
    for (let count = 1 + Math.floor(random() * 4); count > 0; count--) mutate(tree, random);
    const start = performance.now();
    try {
      const tokenizer = Tokenizer.fromJSON(tree);
      for (const text of TEXTS) tokenizer.decode(tokenizer.encode(text, { pair: "b" }).ids);
      used++;
    } catch (error) {
      if (!(error instanceof TokenizerError)) throw new Error(`seed ${seed}`, { cause: error });
      refused++;
    }
    // 10 s: a thousand times what these texts take; a machine may be busy.
    expect(performance.now() - start, `seed ${seed}`).toBeLessThan(10_000);
  }
  expect(used).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  expect(Object.prototype).not.toHaveProperty("type");
});
