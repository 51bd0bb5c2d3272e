import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openTokenizer } from "@qkv/tokenizers";
import { differenceOf, type ExpectedTokenizer } from "./expectedTokenizer.ts";

// Compares what this package makes of the folders of golden/random_tokenizers.py with what AutoTokenizer made of them:
//   npx tsx --conditions=@qkv/source packages/tokenizers/test/randomTokenizers.ts FOLDER

const [root = "."] = process.argv.slice(2);
const counts = new Map<string, number>();

for (const name of readdirSync(root).sort()) {
  const folder = join(root, name);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as ExpectedTokenizer;
  const read = (file: string) => {
    const path = join(folder, file);
    return Promise.resolve(existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined);
  };
  const verdict = await differenceOf(() => openTokenizer(read), expected);
  counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
  if (verdict.kind !== "equal") process.stdout.write(`${name}: ${verdict.kind}: ${verdict.detail}\n`);
}
process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`);
