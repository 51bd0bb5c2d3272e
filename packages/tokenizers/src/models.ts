import { Bpe } from "./bpe.ts";
import { createFromTable, type Factory, type Json } from "./json.ts";
import type { Model, ModelConfig } from "./model.ts";
import { TokenizerError } from "./tokenizerError.ts";
import { Unigram } from "./unigram.ts";
import { WordLevel } from "./wordLevel.ts";
import { WordPiece } from "./wordPiece.ts";

// One row per type the format knows: a type without a row does not compile.
const MODELS: { readonly [T in ModelConfig["type"]]: Factory<Model, [random: () => number]> } = {
  BPE: (config, random) => Bpe.fromJSON(config, random),
  WordPiece: (config) => WordPiece.fromJSON(config),
  WordLevel: (config) => WordLevel.fromJSON(config),
  Unigram: (config) => Unigram.fromJSON(config),
};

/** The model that a configuration describes; `random` gives numbers from 0 to 1, for models that encode by chance. */
export function createModel(config: Json, random: () => number = Math.random): Model {
  if (config.at("type").isAbsent) return MODELS[inferType(config)](config, random);
  return createFromTable(MODELS, config, "model", random);
}

/** What kind of model an old file, which does not say, must hold: only one kind has such fields. */
function inferType(config: Json): ModelConfig["type"] {
  if (!config.at("merges").isAbsent) return "BPE";
  if (config.at("vocab").isArray()) return "Unigram";
  if (!config.at("max_input_chars_per_word").isAbsent) return "WordPiece";
  throw new TokenizerError(`${config.path}.type: missing, and the other fields do not tell which model this is`);
}
