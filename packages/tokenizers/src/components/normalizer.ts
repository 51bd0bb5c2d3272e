import type { Budget } from "../checks/budget.ts";
import type { AlignedText } from "../text/alignedText.ts";

/** Rewrites text, keeping track of where each part came from. */
export type Normalizer = (text: AlignedText, budget: Budget) => AlignedText;
