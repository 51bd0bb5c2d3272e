import { createFromTable, type Json } from "../json/configValue.ts";
import type { Model, ModelConfig } from "../components/model.ts";
import type { Parts } from "../components/registry.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** The model that a configuration describes; `random` gives numbers from 0 to 1, for models that encode by chance. */
export function createModel(config: Json, { models }: Parts, random: () => number = Math.random): Model {
  const type = config.at("type").isAbsent ? inferType(config) : undefined;
  return createFromTable(models, config, "model", type, random);
}

/** What kind of model an old file, which does not say, must hold: only one kind has such fields. */
function inferType(config: Json): ModelConfig["type"] {
  if (!config.at("merges").isAbsent) return "BPE";
  if (config.at("vocab").isArray()) return "Unigram";
  if (!config.at("max_input_chars_per_word").isAbsent) return "WordPiece";
  throw new TokenizerError(`${config.path}.type: missing, and the other fields do not tell which model this is`);
}
