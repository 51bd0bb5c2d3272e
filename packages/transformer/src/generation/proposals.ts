/** What proposes tokens that may come next. */
export interface Proposals {
  /** Proposes at most `most` tokens to follow `ids`. */
  propose(ids: readonly number[], most: number): Promise<readonly number[]>;
  /** Disposes of its tensors. */
  dispose(): void;
}
