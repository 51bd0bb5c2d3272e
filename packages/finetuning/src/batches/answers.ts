import { checkRecord } from "@qkv/ops";
import { type ChatMessage, chatIds, type Pretrained } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import type { CausalInputs, CausalLanguageModel } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { IGNORED, maskOf, padded } from "./encodedText.ts";
import { tokenizerOf } from "./textModelOf.ts";

/** A text of tokens, of which those after the first ones are learned. */
export interface Answered {
  readonly ids: readonly number[];
  /** How many of the first tokens are given, a prompt's for one: they are not learned. */
  readonly given: number;
}

/** The number of tokens that are learned. */
export function learnedTokens({ ids, given }: Answered): number {
  return ids.length - Math.max(given, 1);
}

/** Texts side by side, padded at their ends, and what follows each token that is to be learned. The caller disposes of them. */
export function answerBatch(rows: readonly Answered[]): CausalInputs & { readonly labels: tf.Tensor2D } {
  const inputs = rows.map(({ ids }) => ids.slice(0, -1)); // nothing follows the last
  const labels = rows.map(({ ids, given }) => ids.slice(1).map((id, i) => (i + 1 >= given ? id : IGNORED)));
  return { ids: padded(inputs, 0), attentionMask: maskOf(inputs), labels: padded(labels, IGNORED) };
}

/** What turns chats and prompts into tokens, as the model's template has them. */
export interface AnswerEncoder {
  readonly tokenizer: Tokenizer;
  /** The token that ends an answer or a text; undefined: none. */
  readonly end: number | undefined;
  /** Encodes messages of a chat, the last of which is the answer. */
  chat(messages: readonly ChatMessage[]): Promise<Answered>;
  /** Encodes a prompt and its answer: a chat of two where the model has a template. */
  answer(prompt: string, answer: string): Promise<Answered>;
  /** Encodes a text, all of which is learned. */
  text(text: string): Answered;
}

/** A decoder-only model that writes, of an opened one. */
export function causalModelOf(objective: string, pretrained: Pretrained): CausalLanguageModel {
  tokenizerOf(objective, pretrained, "causalLM");
  return pretrained.model as unknown as CausalLanguageModel;
}

/** Makes what encodes for a decoder-only model. @param objective who asks, for messages */
export function answerEncoder(objective: string, pretrained: Pretrained): AnswerEncoder {
  checkRecord("answerEncoder", "pretrained", pretrained);
  const tokenizer = tokenizerOf(objective, pretrained, "causalLM");
  const end = endTokenOf(objective, pretrained);
  const { chatTemplate } = pretrained;
  const encode = (text: string, addSpecialTokens: boolean) =>
    tokenizer.encode(text, { addSpecialTokens, truncation: false, padding: false }).ids;
  const withEnd = (given: readonly number[], learned: readonly number[]): Answered => {
    if (learned.length === 0) throw new RangeError("expected an answer with tokens, got an empty one");
    return { ids: [...given, ...learned, ...(end === undefined ? [] : [end])], given: given.length };
  };
  const chat: AnswerEncoder["chat"] = async (messages) => {
    const last = messages.at(-1);
    if (last?.role !== "assistant" || messages.length < 2) {
      throw new RangeError("expected messages that end with one of the assistant, got others");
    }
    const given = await chatIds(messages.slice(0, -1), { tokenizer, chatTemplate });
    return withEnd(given, encode(last.content, false));
  };
  return {
    tokenizer,
    end,
    chat,
    text: (text) => withEnd([], encode(text, true)),
    answer: async (prompt, answer) =>
      chatTemplate === undefined
        ? withEnd(encode(prompt, true), encode(answer, false))
        : chat([
            { role: "user", content: prompt },
            { role: "assistant", content: answer },
          ]),
  };
}

/** The token that ends a text; undefined if the model has none. */
export function endTokenOf(objective: string, pretrained: Pretrained): number | undefined {
  const model = causalModelOf(objective, pretrained);
  const ids = [pretrained.generationConfig["eos_token_id"] ?? model.generation.eosTokenId].flat();
  return ids[0] as number | undefined;
}
