import type { ModelSource } from "@qkv/app-shell";
import { filesOf } from "@qkv/app-shell/worker";
import { initBackend } from "@qkv/backend";
import { createLoader, createTranslator, readableTokens, sentenceAttention } from "@qkv/pretrained";
import { marian } from "@qkv/transformer";

/** A translated sentence, and where the decoder looked in the source before it wrote each token. */
export interface Decoded {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** [layers, heads, target, source] */
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  readonly weights: readonly number[];
}

let opened: ReturnType<typeof open> | undefined;

/** Translates the first sentence of a text. Nothing, if there is no word in it. */
export async function decode(source: ModelSource, text: string): Promise<Decoded | "nothing"> {
  opened ??= open(source);
  const { pretrained, translator } = await opened;
  for await (const sentence of translator.sentences(text)) {
    const [translation] = sentence.translations;
    if (translation === undefined || sentence.ids.length === 0 || translation.ids.length === 0) continue;
    const { cross } = await sentenceAttention({ model: pretrained.model, source: sentence, target: translation });
    const sides = pretrained.tokenizer?.sides;
    return {
      source: sides ? readableTokens(sides.source, sentence) : sentence.tokens,
      target: sides ? readableTokens(sides.target, translation) : translation.tokens,
      shape: cross.shape,
      weights: Array.from(cross.weights),
    };
  }
  return "nothing";
}

/** The shipped model, opened once. It is larger than other figures: wasm computes it faster than the cpu backend. */
async function open(source: ModelSource) {
  await initBackend(["wasm", "cpu"]);
  const files = filesOf(source, {});
  const pretrained = await createLoader([marian])(files);
  return { pretrained, translator: createTranslator(pretrained, { locale: "en" }) };
}
