import * as tf from "@tensorflow/tfjs-core";
import type { DecodeOptions } from "../models/causalModel.ts";

/**
 * Padded prompts and their continuations, as in Hugging Face's `generate`: padding is masked, and positions count the
 * tokens alone (at padding they are 0, from where a prompt that ends in padding continues).
 */
export class PaddedPrompts {
  readonly #mask: readonly (readonly number[])[];
  /** [B][L] */
  readonly #positions: readonly (readonly number[])[];

  /** @param mask for each prompt, 1 at its tokens and 0 at its padding */
  constructor(mask: readonly (readonly number[])[]) {
    this.#mask = mask;
    this.#positions = mask.map((row) => {
      let count = 0;
      return row.map((kept) => (kept === 0 ? 0 : count++));
    });
  }

  /**
   * Options for decoding `length` tokens from place `first` on. The caller disposes of the tensor.
   *
   * @param prompts the prompt that each row continues
   */
  at(prompts: readonly number[], first: number, length: number): DecodeOptions {
    const places = Array.from({ length }, (_, i) => first + i);
    const positions = prompts.map((prompt) => places.map((place) => this.#position(prompt, place)));
    // Finished texts count too: in Python they grow with the rest.
    const reached = this.#positions.flatMap((_, prompt) => places.map((place) => this.#position(prompt, place)));
    const attentionMask = prompts.map((prompt) => {
      const row = this.#mask[prompt] ?? [];
      return Array.from({ length: first + length }, (_, place) => (row[place] === 0 ? 0 : 1));
    });
    return {
      attentionMask: tf.tensor2d(attentionMask, undefined, "bool"),
      positions,
      span: 1 + reached.reduce((a, b) => Math.max(a, b), 0),
    };
  }

  #position(prompt: number, place: number): number {
    const row = this.#positions[prompt] ?? [];
    return row[place] ?? (row.at(-1) ?? -1) + 1 + place - row.length;
  }
}
