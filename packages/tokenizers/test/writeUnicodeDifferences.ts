// Writes the characters that this engine's version of Unicode counts otherwise than Hugging Face's libraries to
// golden/unicode-differences.json: `pnpm example packages/tokenizers/test/writeUnicodeDifferences.ts`.
import { readFileSync, writeFileSync } from "node:fs";
import { type Differences, findDifferences, UNICODE } from "./unicode.ts";

const file = new URL("golden/unicode-differences.json", import.meta.url);
const written = JSON.parse(readFileSync(file, "utf8")) as Record<string, Differences>;
writeFileSync(file, `${JSON.stringify({ ...written, [UNICODE]: findDifferences() }, null, 2)}\n`);
