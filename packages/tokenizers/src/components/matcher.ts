import type { Budget } from "../checks/budget.ts";

/** Calls `found` with the bounds of each match in `text`, in order. */
export type Matcher = (text: string, found: (start: number, end: number) => void, budget: Budget) => void;
