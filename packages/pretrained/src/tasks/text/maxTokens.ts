import type { TextTask } from "./textModel.ts";

/** The most tokens of a text that a model takes, special ones included. */
export function maxTokensOf({ model, maxTokens = Infinity }: TextTask<unknown>): number {
  return Math.min(model.config.maxPositions ?? Infinity, maxTokens);
}
