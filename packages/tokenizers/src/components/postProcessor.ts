import type { Budget } from "../checks/budget.ts";
import type { Segment } from "../encoding/segment.ts";

/** Options of a post-processor. */
export interface PostProcessorContext {
  readonly addSpecialTokens: boolean;
  readonly idToToken: (id: number) => string | undefined;
  readonly budget: Budget;
}

/** Adds special tokens to one text or two, and sets the type of each token. */
export type PostProcessor = (segments: readonly Segment[], context: PostProcessorContext) => readonly Segment[];
