import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Tokenizer } from "@qkv/tokenizers";
import { isUnsettled } from "./unicode.ts";

// Written by golden/make_tokenizer_fuzz.py with Hugging Face tokenizers: a line for a tokenizer, then one for each case.
interface Case {
  readonly text: string;
  readonly pair?: string;
  readonly special: boolean;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly offsets: readonly (readonly [number, number])[];
  readonly decoded: string;
}

type Line = Case | { readonly name: string; readonly tokenizer: object };

// The script's `--compare` names a folder of many more, with strings of 100,000 characters.
const folder = process.env["QKV_TOKENIZER_FUZZ"] ?? fileURLToPath(new URL("golden/fuzz", import.meta.url));

async function* readLines(file: string): AsyncGenerator<Line> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    yield JSON.parse(line) as Line;
  }
}

/** What our tokenizer makes of a case, in the form of a case. */
function made(tokenizer: Tokenizer, { text, pair, special, ids }: Case): Case {
  const second = pair === undefined ? {} : { pair };
  const encoding = tokenizer.encode(text, { ...second, addSpecialTokens: special });
  return {
    text,
    ...second,
    special,
    ids: encoding.ids,
    tokens: encoding.tokens,
    offsets: encoding.offsets,
    decoded: tokenizer.decode(ids, { skipSpecialTokens: special }),
  };
}

test.each(readdirSync(folder).sort())(
  "%s: what Hugging Face makes of strings made by chance",
  async (file) => {
    let tokenizer: Tokenizer | undefined;
    let name = file;
    let usesScripts = false;
    for await (const line of readLines(join(folder, file))) {
      if ("name" in line) {
        ({ name } = line);
        usesScripts = JSON.stringify(line.tokenizer).includes('"UnicodeScripts"');
        tokenizer = Tokenizer.fromJSON(line.tokenizer);
        continue;
      }
      expect(tokenizer).toBeDefined();
      if (tokenizer === undefined) return;
      const ours = made(tokenizer, line);
      if (JSON.stringify(ours) === JSON.stringify(line) || isUnsettled(line.text + (line.pair ?? ""), usesScripts))
        continue;
      expect({ name, ...ours }).toEqual({ name, ...line });
    }
  },
  600_000,
);
