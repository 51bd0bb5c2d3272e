import type { ConfigFields } from "@qkv/transformer";
import type { ImageModelConfig } from "./imageModel.ts";
import { PROBLEM_TYPES } from "./problemType.ts";

const TYPES = Object.fromEntries(PROBLEM_TYPES.map((type) => [type, type]));

/**
 * Reads the classes of a `config.json` and their problem type.
 *
 * @throws ConfigError naming the field; one label alone is no choice between classes
 */
export function parseLabels(fields: ConfigFields): Pick<ImageModelConfig, "labels" | "problemType"> {
  const labels = fields.labels();
  if (!fields.has("problem_type")) return { labels };
  const problemType = fields.oneOf("problem_type", TYPES, "");
  if (problemType === "single_label_classification" && labels.length === 1) {
    fields.fail("problem_type", "regression or multi_label_classification for a single label");
  }
  return { labels, problemType };
}
