import { type AddedToken, AddedTokenFinder } from "./addedTokens.ts";
import { AlignedText } from "../text/alignedText.ts";
import { Budget } from "../checks/budget.ts";
import type { Model } from "../components/model.ts";
import type { Normalizer } from "../components/normalizer.ts";

/** The added tokens of a tokenizer, with the ids of Hugging Face's tokenizers. */
export class AddedVocabulary {
  /** In the order of their ids. */
  readonly tokens: readonly AddedToken[];
  /** Finds those that are matched in the original text. */
  readonly inText: AddedTokenFinder;
  /** Finds the others, in the normalized text. */
  readonly inNormalized: AddedTokenFinder;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #specials = new Set<string>();

  constructor(given: readonly AddedToken[], model: Model, normalizer?: Normalizer, maxSteps?: number) {
    const byId = new Map<number, AddedToken>();
    const size = given.reduce((sum, { content }) => sum + content.length, 0);
    const budget = new Budget(size, maxSteps); // one for all, as there may be many
    let nextId = model.vocabSize;
    for (const token of given) {
      const { content, special } = token;
      if (content === "") continue;
      // A file's id only counts where the model and the earlier tokens agree.
      const id = this.#ids.get(content) ?? model.tokenToId(content) ?? nextId++;
      this.#ids.set(content, id);
      byId.set(id, { ...token, id });
      const isChanged = token.normalized && normalizer !== undefined;
      this.#texts.set(id, isChanged ? normalizer(new AlignedText(content), budget).text : content);
      if (special) this.#specials.add(content);
    }
    this.tokens = [...byId.values()].sort((a, b) => a.id - b.id);
    const finder = (normalized: boolean): AddedTokenFinder =>
      new AddedTokenFinder(
        this.tokens
          .filter((token) => token.normalized === normalized && token.in_text !== false)
          .map((token) => [this.#texts.get(token.id) ?? "", token]),
      );
    this.inText = finder(false);
    this.inNormalized = finder(true);
  }

  idOf(content: string): number | undefined {
    return this.#ids.get(content);
  }

  /** The decoder's input for an id: for a token matched in normalized text its normalized form. */
  textOf(id: number): string | undefined {
    return this.#texts.get(id);
  }

  /** Whether a token of this text is skipped with the special tokens. */
  isSpecial(text: string): boolean {
    return this.#specials.has(text);
  }
}
