import type { Budget } from "../checks/budget.ts";
import type { AlignedText } from "../text/alignedText.ts";

/** Normalizes text, keeping the offsets of each part in the original. */
export type Normalizer = (text: AlignedText, budget: Budget) => AlignedText;
