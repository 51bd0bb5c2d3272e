import { createFromTable, type Json } from "../json/configValue.ts";
import type { Model, ModelConfig } from "../components/model.ts";
import type { Parts } from "../components/registry.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** Creates the model of a configuration; `random` gives numbers from 0 to 1, for models that encode at random. */
export function createModel(config: Json, { models }: Parts, random: () => number = Math.random): Model {
  const type = config.at("type").isAbsent ? inferType(config) : undefined;
  return createFromTable(models, config, "model", type, random);
}

/** Infers the type of a model in an old file without one: only one type has such fields. */
function inferType(config: Json): ModelConfig["type"] {
  if (!config.at("merges").isAbsent) return "BPE";
  if (config.at("vocab").isArray()) return "Unigram";
  if (!config.at("max_input_chars_per_word").isAbsent) return "WordPiece";
  throw new TokenizerError(`${config.path}.type: missing, and the other fields do not tell which model this is`);
}
