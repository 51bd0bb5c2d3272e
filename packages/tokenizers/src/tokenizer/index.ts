import { createTokenizer, type TokenizerOptions } from "./createTokenizer.ts";
import { EVERY_PART } from "./allComponents.ts";
import { Tokenizer as Core } from "./tokenizer.ts";

/**
 * Text to token ids and back, as a tokenizer.json describes it.
 *
 * @interface
 */
export type Tokenizer = Core;

/** Factory of tokenizers. It is no method of the class, since an import of the class would then load every part. */
export const Tokenizer = {
  /** Creates the tokenizer of a tokenizer.json, as text or parsed, with any components. */
  fromJSON(json: unknown, options: TokenizerOptions = {}): Tokenizer {
    return createTokenizer(json, EVERY_PART, options);
  },

  /** For `instanceof`. */
  [Symbol.hasInstance](value: unknown): value is Tokenizer {
    return value instanceof Core;
  },
} as const;
