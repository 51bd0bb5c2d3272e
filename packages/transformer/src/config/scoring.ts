import { checkArray, checkRecord } from "@qkv/ops";
import type { Labels } from "./labels.ts";

/** The scoring of logits: probabilities that sum to 1, one probability for each class, or the numbers as they are. */
export type Scoring = "softmax" | "sigmoid" | "none";

/** Chooses the scoring of a classifier's logits, as the pipelines of transformers do. */
export function scoringOf(config: Labels): Scoring {
  checkRecord("scoringOf", "config", config);
  const { problemType, labels } = config;
  if (problemType === "regression" || labels.length === 0) return "none";
  return problemType === "multi_label_classification" || labels.length === 1 ? "sigmoid" : "softmax";
}

/** The scores of one image or text: [K] -> [K] */
export function scoresOf(logits: Float32Array, scoring: Scoring): Float32Array {
  checkArray("scoresOf", "logits", logits);
  if (scoring === "none") return logits;
  if (scoring === "sigmoid") return logits.map((value) => 1 / (1 + Math.exp(-value)));
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (power) => power / sum);
}
