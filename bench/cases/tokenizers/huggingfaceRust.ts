import { createRequire } from "node:module";
import type * as Rust from "tokenizers";
import type { StartEngine } from "../../harness/engine.ts";
import { tokenizerEngine, type TokenizerWork } from "./tokenizerEngine.ts";

/** All texts in one call, which is its fastest way; ids and offsets become JavaScript's arrays, as ours are. */
export const start: StartEngine<TokenizerWork> = async (work) => {
  Object.assign(process.env, { TOKENIZERS_PARALLELISM: "false", RAYON_NUM_THREADS: "1" }); // read when it loads
  const require = createRequire(import.meta.url);
  const { Tokenizer } = require("tokenizers") as typeof Rust;
  const { version } = require("tokenizers/package.json") as { version: string };
  const engine = await tokenizerEngine(
    work,
    (json) => {
      const tokenizer = Tokenizer.fromString(json);
      return async (texts) => {
        const encodings = await tokenizer.encodeBatch([...texts]);
        return encodings.map((encoding) => {
          encoding.getOffsets();
          return encoding.getIds();
        });
      };
    },
    () => process.memoryUsage.rss(), // its vocabulary is not on JavaScript's heap
  );
  return { version, ...engine };
};
