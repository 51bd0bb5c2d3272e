import { Tokenizer } from "@qkv/tokenizers";
import type { StartEngine } from "../../harness/engine.ts";
import { heapBytes, tokenizerEngine, type TokenizerWork } from "./tokenizerEngine.ts";

export const start: StartEngine<TokenizerWork> = (work) =>
  tokenizerEngine(
    work,
    (json) => {
      const tokenizer = Tokenizer.fromJSON(json);
      return (texts) => Promise.resolve(texts.map((text) => withOffsets(tokenizer.encode(text))));
    },
    heapBytes,
  );

/** Reads the offsets too, should they be made only when asked for. */
function withOffsets({ ids, offsets }: { readonly ids: readonly number[]; readonly offsets: readonly unknown[] }) {
  if (offsets.length !== ids.length) throw new Error("expected an offset for each id");
  return ids;
}
