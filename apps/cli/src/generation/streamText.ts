import type { Tokenizer } from "@qkv/tokenizers";

/**
 * The text of tokens as they come: what each adds to what was there before. A character of several tokens comes whole.
 *
 * @param begun the tokens that stand there already
 */
export async function* streamText(
  tokens: AsyncIterable<number>,
  tokenizer: Tokenizer,
  begun: readonly number[] = [],
): AsyncGenerator<string, void, undefined> {
  const ids = [...begun];
  let shown = "";
  const added = function* () {
    const text = tokenizer.decode(ids, { skipSpecialTokens: true });
    if (text.endsWith("\ufffd")) return;
    yield text.slice(shown.length);
    shown = text;
  };
  for await (const token of tokens) {
    ids.push(token);
    yield* added();
  }
  yield tokenizer.decode(ids, { skipSpecialTokens: true }).slice(shown.length);
}
