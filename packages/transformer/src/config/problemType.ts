/** The problem types of classifiers, which decide how logits become scores. */
export const PROBLEM_TYPES = ["regression", "single_label_classification", "multi_label_classification"] as const;

/** One of {@link PROBLEM_TYPES}. */
export type ProblemType = (typeof PROBLEM_TYPES)[number];
