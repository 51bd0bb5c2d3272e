/** A class and its score. */
export interface LabelScore {
  readonly label: string;
  /**
   * The predicted probability of the class. The scores of all classes sum to 1, unless each may be present or not
   * (`multi_label_classification`). For regression it is the number itself.
   */
  readonly score: number;
}

/** The classes of the highest scores, [K], the likeliest first. */
export function highestScores(scores: Float32Array, labels: readonly string[], top = Infinity): LabelScore[] {
  return [...scores]
    .map((score, i) => ({ label: labels[i] ?? `${i}`, score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, top);
}
