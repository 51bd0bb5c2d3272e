/** The pages that this one leads to, by their folders beside it. */
export const PAGES = ["tour", "translate", "classify", "generate", "listen", "finetune", "microscope"] as const;

/** One of them. */
export type PageName = (typeof PAGES)[number];
