import { describeArgument } from "@qkv/ops";
import type { Encoding, PaddingOptions, Tokenizer, TruncationOptions } from "@qkv/tokenizers";
import type { TextTaskOptions } from "./taskOptions.ts";

/** Two texts that a model compares. */
export interface TextPair {
  readonly text: string;
  readonly pair: string;
}

/** How texts are encoded. */
export interface EncodeTextsOptions extends Pick<TextTaskOptions, "onTruncated"> {
  /** The most tokens, special ones included. */
  readonly maxTokens: number;
  /** The text of a pair that is cut. Default: the longer one. */
  readonly strategy?: TruncationOptions["strategy"];
  /** Padding of each text by itself. Default none. */
  readonly padding?: PaddingOptions;
}

/**
 * Encodes texts and pairs, each truncated to `maxTokens`: what is cut is told.
 *
 * @throws RangeError for a value that is no text, and for a text without any token
 */
export function encodeTexts(
  who: string,
  tokenizer: Tokenizer,
  texts: readonly (string | TextPair)[],
  { maxTokens, strategy = "longestFirst", padding, onTruncated = warnOnce(who) }: EncodeTextsOptions,
): Encoding[] {
  return texts.map((given, index) => {
    const { text, pair } = checkedPair(who, given);
    const options = { padding: false, ...(pair !== undefined && { pair }) } as const;
    const whole = tokenizer.encode(text, { ...options, truncation: false });
    if (whole.length === 0)
      throw new RangeError(`${who}: expected a text that has tokens, got ${JSON.stringify(text)}`);
    const fits = whole.length <= maxTokens;
    if (fits && padding === undefined) return whole;
    const kept = tokenizer.encode(text, {
      ...options,
      padding: padding ?? false,
      truncation: { maxLength: maxTokens, strategy, direction: "right" },
    });
    if (!fits) onTruncated({ index, tokens: whole.length, kept: kept.length });
    return kept;
  });
}

function checkedPair(who: string, given: string | TextPair): { readonly text: string; readonly pair?: string } {
  if (typeof given === "string") return { text: given };
  const { text, pair } = (given ?? {}) as Partial<TextPair>;
  if (typeof text === "string" && typeof pair === "string") return { text, pair };
  throw new RangeError(`${who}: expected texts, or pairs of them as { text, pair }, got ${describeArgument(given)}`);
}

function warnOnce(who: string): NonNullable<TextTaskOptions["onTruncated"]> {
  let isFirst = true;
  return ({ index, tokens, kept }) => {
    // oxlint-disable-next-line no-console -- a text that is cut unheard would be a wrong result
    if (isFirst) console.warn(`${who}: text ${index} has ${tokens} tokens, of which the model reads ${kept}`);
    isFirst = false;
  };
}
