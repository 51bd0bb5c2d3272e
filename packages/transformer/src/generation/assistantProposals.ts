import type { CausalModel } from "../models/causalModel.ts";
import { Decoding } from "./decoding.ts";
import { chooser } from "./greedy.ts";
import { logitsProcessors } from "./logitsProcessors.ts";
import type { GenerationOptions, GenerationSettings } from "./options.ts";
import type { Proposals } from "./proposals.ts";

/** Stops proposing at a token that is less likely, as in Hugging Face. */
const CONFIDENCE = 0.4;

/**
 * Proposes what a smaller model would write, with the same options and the same draws, so that it often chooses the same
 * tokens.
 */
export class AssistantProposals implements Proposals {
  readonly #model: CausalModel;
  readonly #settings: GenerationSettings;
  readonly #confidence: number;
  readonly #signal: AbortSignal | undefined;
  #decoding: Decoding | undefined;

  constructor(
    model: CausalModel,
    { assistantConfidenceThreshold = CONFIDENCE, signal }: GenerationOptions,
    settings: GenerationSettings,
  ) {
    this.#model = model;
    this.#settings = settings;
    this.#confidence = assistantConfidenceThreshold;
    this.#signal = signal;
  }

  async propose(ids: readonly number[], most: number): Promise<readonly number[]> {
    const { vocabSize = Infinity, maxPositions = Infinity } = this.#model.generation;
    if (ids.some((id) => id >= vocabSize)) return []; // of a larger vocabulary than the assistant's
    this.#decoding ??= new Decoding(this.#model, [ids], { signal: this.#signal });
    this.#decoding.truncate(ids.length - 1);
    const { eosTokenIds } = this.#settings;
    const processors = logitsProcessors({ ...this.#settings, logitsProcessors: [] }); // those of the caller are not told of proposals
    const choose = chooser(this.#settings);
    const text = [...ids];
    while (text.length - ids.length < most && text.length < maxPositions) {
      const [next] = await this.#decoding.step([text]);
      if (next === undefined) break;
      const scores = next.logits.slice();
      for (const process of processors) process(scores, text, 0);
      const token = choose(scores, 0, text.length);
      if (token === -1) break;
      text.push(token);
      const probability = Math.exp((next.logits[token] as number) - next.logSumExp);
      if (eosTokenIds.includes(token) || probability < this.#confidence) break;
    }
    return text.slice(ids.length);
  }

  dispose(): void {
    this.#decoding?.dispose();
  }
}
