import {
  type CausalConfig,
  CausalLanguageModel,
  formatGpt2Config,
  formatLlamaConfig,
  GPT2_CHECKPOINT_NAMES,
  isGpt2Config,
  LLAMA_CHECKPOINT_NAMES,
  type LlamaType,
  llamaTypeOf,
  packGpt2,
  parseGpt2Config,
  parseLlamaConfig,
  unpackGpt2Array,
} from "@qkv/transformer";
import type { Architecture } from "./architecture.ts";
import { GPT2_SPARES, LLAMA_SPARES } from "./causalSpares.ts";
import { tieHead } from "./causalTies.ts";

/** Everything needed to open and save a decoder-only model. */
export type CausalArchitecture = Architecture<CausalConfig, CausalLanguageModel>;

const build: CausalArchitecture["build"] = (params, config) => new CausalLanguageModel(params, config);

const GPT2: CausalArchitecture = {
  className: "GPT2LMHeadModel",
  parseConfig: parseGpt2Config,
  formatConfig: formatGpt2Config,
  names: GPT2_CHECKPOINT_NAMES,
  prefix: "transformer",
  spares: GPT2_SPARES,
  unpack: unpackGpt2Array,
  tie: (config, arrays) => tieHead(config, arrays, "transformer.wte.weight"),
  pack: packGpt2,
  build,
  saves: (model) => model instanceof CausalLanguageModel && isGpt2Config(model.config),
};

/** The decoder-only models, by the `model_type` of their `config.json`. */
export const CAUSAL_ARCHITECTURES = {
  gpt2: [GPT2],
  llama: [likeLlama("llama", "Llama")],
  mistral: [likeLlama("mistral", "Mistral")],
  qwen2: [likeLlama("qwen2", "Qwen2")],
  qwen3: [likeLlama("qwen3", "Qwen3")],
} as const;

function likeLlama(type: LlamaType, name: string): CausalArchitecture {
  return {
    className: `${name}ForCausalLM`,
    parseConfig: parseLlamaConfig,
    formatConfig: formatLlamaConfig,
    names: LLAMA_CHECKPOINT_NAMES,
    prefix: "model",
    spares: LLAMA_SPARES,
    tie: (config, arrays) => tieHead(config, arrays, "model.embed_tokens.weight"),
    build,
    saves: (model) => model instanceof CausalLanguageModel && llamaTypeOf(model.config) === type,
  };
}
