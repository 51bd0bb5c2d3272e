import { AlignedText } from "../text/alignedText.ts";
import { Budget, checkMaxSteps } from "../checks/budget.ts";
import { AROUND_MODELS } from "../tokenizer/allComponents.ts";
import { Json } from "../json/configValue.ts";
import { createNormalizer, type NormalizerConfig } from "../normalizers/createNormalizer.ts";
import type { Normalizer } from "../components/normalizer.ts";
import { joinParts } from "../components/registry.ts";
import { onePiece, spellBytes } from "../text/pieces.ts";
import { createPreTokenizer, type PreTokenizerConfig } from "../preTokenizers/createPreTokenizer.ts";
import type { PreTokenizer } from "../components/preTokenizer.ts";

/** Options of splitting texts into the words that a trainer counts. */
export interface CountWordsOptions {
  readonly normalizer?: NormalizerConfig | null | undefined;
  readonly preTokenizer?: PreTokenizerConfig | null | undefined;
  readonly maxSteps?: number | undefined;
}

/** Counter of the words of texts, which come one at a time; the texts themselves are not kept. */
export class WordCounter {
  readonly #normalize: Normalizer | undefined;
  readonly #preTokenize: PreTokenizer | undefined;
  readonly #counts = new Map<string, number>();
  readonly #maxSteps: number | undefined;
  #asBytes = false;

  constructor(options: CountWordsOptions) {
    const parts = joinParts(AROUND_MODELS);
    this.#maxSteps = checkMaxSteps(options.maxSteps);
    this.#normalize = new Json(options.normalizer, "normalizer").or(undefined, (config) =>
      createNormalizer(config, parts),
    );
    this.#preTokenize = new Json(options.preTokenizer, "preTokenizer").or(undefined, (config) =>
      createPreTokenizer(config, parts),
    );
  }

  add(text: string): void {
    const source = new AlignedText(text.toWellFormed());
    const budget = new Budget(text.length, this.#maxSteps);
    const whole = onePiece(this.#normalize === undefined ? source : this.#normalize(source, budget));
    const pieces = this.#preTokenize === undefined ? whole : this.#preTokenize(whole, budget);
    this.#asBytes ||= pieces.asBytes;
    for (let i = 0; i < pieces.bounds.length; i += 2) {
      const word = pieces.source.text.slice(pieces.bounds[i], pieces.bounds[i + 1]);
      const count = this.#counts.get(word);
      if (count === undefined) this.#counts.set(detached(word), 1);
      else this.#counts.set(word, count + 1);
    }
  }

  /** Every word as the model would encode it, with its count. */
  counts(): Map<string, number> {
    return this.#asBytes ? spellWords(this.#counts) : this.#counts;
  }
}

/** Converts each word once to byte-level characters, rather than each of its occurrences. */
function spellWords(words: ReadonlyMap<string, number>): Map<string, number> {
  const spelled = new Map<string, number>();
  for (const [word, count] of words) {
    const { source } = spellBytes({ ...onePiece(new AlignedText(word)), asBytes: true });
    spelled.set(source.text, count);
  }
  return spelled;
}

/** Copies a word off the text it was cut from, which V8 keeps alive for slices of 13 units and more. */
function detached(word: string): string {
  return ` ${word}`.slice(1);
}
