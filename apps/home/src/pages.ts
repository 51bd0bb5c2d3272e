/** The pages that this one leads to, by their folders beside it. */
export const PAGES = ["tour", "translate", "classify", "generate", "listen", "finetune", "microscope"] as const;

/** What there is to read beside them, where the site has it. */
export const DOCUMENTS = ["guides", "reference"] as const;

/** One of all these. */
export type CardName = (typeof PAGES)[number] | (typeof DOCUMENTS)[number];
