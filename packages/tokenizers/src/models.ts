import { Bpe } from "./bpe.ts";
import { createFromTable, type Factory, type Json } from "./json.ts";
import type { Model, ModelConfig } from "./model.ts";
import { TokenizerError } from "./tokenizerError.ts";
import { Unigram } from "./unigram.ts";
import { WordLevel } from "./wordLevel.ts";
import { WordPiece } from "./wordPiece.ts";

// One row per type the format knows: a type without a row does not compile.
const MODELS: { readonly [T in ModelConfig["type"]]: Factory<Model> } = {
  BPE: (config) => Bpe.fromJSON(config),
  WordPiece: (config) => WordPiece.fromJSON(config),
  WordLevel: (config) => WordLevel.fromJSON(config),
  Unigram: (config) => Unigram.fromJSON(config),
};

/** The model that a configuration describes. */
export function createModel(config: Json): Model {
  return config.at("type").isAbsent ? MODELS[inferType(config)](config) : createFromTable(MODELS, config, "model");
}

/** What kind of model an old file, which does not say, must hold: only one kind has such fields. */
function inferType(config: Json): ModelConfig["type"] {
  if (!config.at("merges").isAbsent) return "BPE";
  if (config.at("vocab").isArray()) return "Unigram";
  if (!config.at("max_input_chars_per_word").isAbsent) return "WordPiece";
  throw new TokenizerError(`${config.path}.type: missing, and the other fields do not tell which model this is`);
}
