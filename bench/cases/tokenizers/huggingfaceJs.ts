import { Tokenizer } from "@huggingface/tokenizers";
import type { StartEngine } from "../../harness/engine.ts";
import { heapBytes, tokenizerEngine, type TokenizerWork } from "./tokenizerEngine.ts";

/** It has no offsets. */
export const start: StartEngine<TokenizerWork> = (work) =>
  tokenizerEngine(
    work,
    (json, config) => {
      const tokenizer = new Tokenizer(JSON.parse(json) as object, JSON.parse(config) as object);
      return (texts) => Promise.resolve(texts.map((text) => tokenizer.encode(text).ids));
    },
    heapBytes,
  );
