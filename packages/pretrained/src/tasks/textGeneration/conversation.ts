import type { CausalModel } from "@qkv/transformer";
import type { KeyValueCache } from "@qkv/attention";
import { checkOptions, checkRecord } from "@qkv/ops";
import { checkText } from "../../loading/argumentChecks.ts";
import type { ChatMessage } from "./chatMessage.ts";
import type { GeneratedText } from "./generatedText.ts";
import type { GenerateTextOptions } from "./generateOptions.ts";

/** Options of one answer, over those of the conversation. */
export type SayOptions = Omit<GenerateTextOptions, "cache" | "onToken">;

/** What answers in a conversation: a `TextGenerator`. */
export interface Answerer {
  readonly model: Pick<CausalModel, "createCache">;
  /** The tokens that end an answer. */
  endTokenIds(options?: SayOptions): readonly number[];
  /** Answers messages. */
  generate(messages: readonly ChatMessage[], options?: GenerateTextOptions): Promise<GeneratedText>;
  /** The same, piece by piece. */
  stream(
    messages: readonly ChatMessage[],
    options?: GenerateTextOptions,
  ): AsyncGenerator<string, GeneratedText, undefined>;
}

/** Options of a {@link Conversation}. */
export interface ConversationOptions {
  /** What the model is told before the conversation begins. */
  readonly system?: string;
  /** Options of every answer. */
  readonly options?: SayOptions;
}

/**
 * A conversation with a model that has a chat template: its messages, and a cache of what the model has read of them, so that
 * each answer reads only what is new. Whoever starts it disposes of it.
 */
export class Conversation {
  readonly #answerer: Answerer;
  readonly #cache: KeyValueCache;
  readonly #options: SayOptions;
  readonly #head: readonly ChatMessage[];
  #messages: readonly ChatMessage[];

  constructor(answerer: Answerer, given: ConversationOptions = {}) {
    checkRecord("Conversation", "answerer", answerer);
    checkOptions("startConversation", given, { system: true, options: true });
    const { system, options = {} } = given;
    checkRecord("startConversation", "options", options);
    if (system !== undefined) checkText("startConversation", system);
    this.#head = system === undefined ? [] : [{ role: "system", content: system }];
    this.#messages = this.#head;
    this.#answerer = answerer;
    this.#options = options;
    this.#cache = answerer.model.createCache({ dtype: options.cacheDtype });
  }

  /** What was said, from the first message on. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** The number of tokens that the cache holds. */
  get cachedTokens(): number {
    return this.#cache.length;
  }

  /** Says something, and gives the answer. @throws the signal's reason if it is aborted; then nothing was said */
  async say(content: string, options: SayOptions = {}): Promise<GeneratedText> {
    checkText("say", content);
    checkRecord("say", "options", options);
    const messages = [...this.#messages, { role: "user", content }];
    const answer = await this.#answerer.generate(messages, { ...this.#options, ...options, cache: this.#cache });
    this.#answered(messages, answer, options);
    return answer;
  }

  /**
   * Says something, and gives the answer piece by piece. Of an answer that is stopped, by the signal or by leaving the loop, what
   * had come by then stays in the conversation.
   */
  async *stream(content: string, options: SayOptions = {}): AsyncGenerator<string, GeneratedText, undefined> {
    checkText("stream", content);
    checkRecord("stream", "options", options);
    const messages = [...this.#messages, { role: "user", content }];
    let text = "";
    let answer: GeneratedText | undefined;
    const pieces = this.#answerer.stream(messages, { ...this.#options, ...options, cache: this.#cache });
    try {
      for (;;) {
        const step = await pieces.next();
        if (step.done) return (answer = step.value);
        text += step.value;
        yield step.value;
      }
    } finally {
      await pieces.return(undefined as never);
      if (answer !== undefined) this.#answered(messages, answer, options);
      else if (text !== "") this.#messages = [...messages, { role: "assistant", content: text }];
    }
  }

  /** Forgets what was said, but for the system message. */
  reset(): void {
    this.#messages = this.#head;
  }

  /** Disposes of the cache. */
  dispose(): void {
    this.#cache.dispose();
  }

  #answered(messages: readonly ChatMessage[], { text, ids, finishReason }: GeneratedText, options: SayOptions): void {
    const ends = this.#answerer.endTokenIds({ ...this.#options, ...options });
    const own = ends.includes(ids.at(-1) as number) ? ids.slice(0, -1) : ids; // the template has the end token itself
    const isWhole = finishReason !== "stopString"; // else the tokens say more than the text
    this.#messages = [...messages, { role: "assistant", content: text, ...(isWhole && { ids: own }) }];
  }
}
