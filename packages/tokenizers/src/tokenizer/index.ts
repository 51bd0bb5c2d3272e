import { createTokenizer, type TokenizerOptions } from "./createTokenizer.ts";
import { EVERY_PART } from "./allComponents.ts";
import { Tokenizer as Core } from "./tokenizer.ts";

/**
 * Text to token ids and back, as a tokenizer.json describes it.
 *
 * @interface
 */
export type Tokenizer = Core;

/** Makes tokenizers. No method of the class does, since whoever named the class would load every part with it. */
export const Tokenizer = {
  /** The tokenizer of a tokenizer.json, as text or parsed, whatever it names. */
  fromJSON(json: unknown, options: TokenizerOptions = {}): Tokenizer {
    return createTokenizer(json, EVERY_PART, options);
  },

  /** For `instanceof`. */
  [Symbol.hasInstance](value: unknown): value is Tokenizer {
    return value instanceof Core;
  },
} as const;
