import type { Budget } from "../checks/budget.ts";
import type { Pieces } from "../text/pieces.ts";

/** Splits pieces into smaller ones. */
export type PreTokenizer = (pieces: Pieces, budget: Budget) => Pieces;
