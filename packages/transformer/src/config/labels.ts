import { checkArray, checkRecord } from "@qkv/ops";
import { checkFields, type ConfigFields } from "./configFields.ts";
import { PROBLEM_TYPES, type ProblemType } from "./problemType.ts";

/** The classes of a classifier. */
export interface Labels {
  /** The name of each class. */
  readonly labels: readonly string[];
  /** The kind of classification; absent: decided by the number of labels. */
  readonly problemType?: ProblemType;
}

const TYPES = Object.fromEntries(PROBLEM_TYPES.map((type) => [type, type]));

/**
 * Reads the classes of a `config.json` and their problem type.
 *
 * @param count their number where the file says nothing. Default 2
 * @throws ConfigError naming the field; one label alone is no choice between classes
 */
export function parseLabels(fields: ConfigFields, count?: number): Labels {
  checkFields("parseLabels", fields);
  const labels = fields.labels(count);
  if (!fields.has("problem_type")) return { labels };
  const problemType = fields.oneOf("problem_type", TYPES, "");
  if (problemType === "single_label_classification" && labels.length === 1) {
    fields.fail("problem_type", "regression or multi_label_classification for a single label");
  }
  return { labels, problemType };
}

/** Formats the fields `id2label`, its inverse, and the problem type. */
export function formatLabels(config: Labels): Record<string, unknown> {
  checkRecord("formatLabels", "config", config);
  const { labels, problemType } = config;
  checkArray("formatLabels", "labels", labels);
  return {
    ...(problemType !== undefined && { problem_type: problemType }),
    id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
  };
}
