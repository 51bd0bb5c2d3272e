import type { Budget } from "../checks/budget.ts";
import type { Segment } from "../encoding/segment.ts";

/** What a post-processor may ask about. */
export interface PostProcessorContext {
  readonly addSpecialTokens: boolean;
  readonly idToToken: (id: number) => string | undefined;
  readonly budget: Budget;
}

/** Puts special tokens around one text or two, and says which type each token has. */
export type PostProcessor = (segments: readonly Segment[], context: PostProcessorContext) => readonly Segment[];
