import type { MetadataFields } from "./metadataFields.ts";
import { type GgufModel, single } from "./ggufModel.ts";
import { ropeFields } from "./rope.ts";

/** The architectures that are opened, with the `model_type` of their `config.json`. */
export const ARCHITECTURES: Readonly<Record<string, string>> = { llama: "llama", qwen2: "qwen2", qwen3: "qwen3" };

/**
 * The `config.json` of a GGUF file, from the keys that llama.cpp reads
 * (https://github.com/ggml-org/llama.cpp/blob/master/src/llama-model.cpp, `load_hparams`).
 *
 * @throws PretrainedError naming the key that is missing, wrong or not known
 */
export function configOf(model: GgufModel): Record<string, unknown> {
  const { fields, tensors } = model;
  fields.expectNeutral("general.type", ["model"]);
  const arch = architectureOf(fields);
  const at = (key: string) => `${arch}.${key}`;
  const width = fields.requiredNumber(at("embedding_length"));
  const heads = fields.sameNumber(at("attention.head_count")) ?? fields.requiredNumber(at("attention.head_count"));
  const headDim = fields.number(at("attention.key_length")) ?? width / heads;
  const window = fields.number(at("attention.sliding_window"));
  const maxPositions = fields.requiredNumber(at("context_length"));
  const json = {
    model_type: modelTypeOf(arch, window, fields),
    architectures: [CLASSES[modelTypeOf(arch, window, fields)]],
    vocab_size: tensors.get("token_embd.weight")?.shape[0] ?? fields.requiredNumber(at("vocab_size")),
    hidden_size: width,
    intermediate_size: fields.sameNumber(at("feed_forward_length")) ?? fields.requiredNumber(at("feed_forward_length")),
    num_hidden_layers: fields.requiredNumber(at("block_count")),
    num_attention_heads: heads,
    num_key_value_heads: fields.sameNumber(at("attention.head_count_kv")) ?? heads,
    head_dim: headDim,
    max_position_embeddings: maxPositions,
    rms_norm_eps: single(fields.requiredNumber(at("attention.layer_norm_rms_epsilon"))),
    hidden_act: "silu",
    tie_word_embeddings: !tensors.has("output.weight"),
    attention_bias: tensors.has("blk.0.attn_q.bias"),
    mlp_bias: tensors.has("blk.0.ffn_gate.bias"),
    ...(window !== undefined && { sliding_window: window }),
    ...ropeFields(model, at, headDim, maxPositions),
    ...specialTokensOf(fields),
  };
  checkNeutral(fields, at, headDim, json.vocab_size);
  fields.expectNoOthers(`${arch}.`);
  return json;
}

const CLASSES: Readonly<Record<string, string>> = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
};

function architectureOf(fields: MetadataFields): string {
  const key = "general.architecture";
  const arch = fields.string(key);
  if (arch !== undefined && Object.hasOwn(ARCHITECTURES, arch)) return arch;
  return fields.fail(key, Object.keys(ARCHITECTURES).join(", "), arch === undefined ? "nothing" : JSON.stringify(arch));
}

/** A Llama with a sliding window is a Mistral, which has no name of its own in these files. */
function modelTypeOf(arch: string, window: number | undefined, fields: MetadataFields): string {
  if (window === undefined) return ARCHITECTURES[arch] as string;
  if (arch === "llama") return "mistral";
  return fields.fail(`${arch}.attention.sliding_window`, "nothing, as it is not known here", `${window}`);
}

function specialTokensOf(fields: MetadataFields): Record<string, unknown> {
  const id = (name: string) => fields.number(`tokenizer.ggml.${name}_token_id`);
  const ends = [...new Set([id("eos"), id("eot"), id("eom")])].filter((each) => each !== undefined);
  const pad = id("padding");
  return {
    bos_token_id: id("bos") ?? null,
    eos_token_id: ends.length > 1 ? ends : (ends[0] ?? null),
    ...(pad !== undefined && { pad_token_id: pad }),
  };
}

/** Checks the keys that change numbers in a way that these models have not, and those that only say what is said already. */
function checkNeutral(fields: MetadataFields, at: (key: string) => string, headDim: number, vocab: number): void {
  for (const key of ["expert_count", "expert_used_count", "attention.max_alibi_bias", "attention.clamp_kqv"]) {
    fields.expectNeutral(at(key), [0]);
  }
  for (const key of ["attn_logit_softcapping", "final_logit_softcapping"]) fields.expectNeutral(at(key), [0]);
  for (const key of ["logit_scale", "residual_scale", "embedding_scale"]) fields.expectNeutral(at(key), [0, 1]);
  fields.expectNeutral(at("attention.scale"), [0, Math.fround(headDim ** -0.5), headDim ** -0.5]);
  fields.expectNeutral(at("attention.value_length"), [headDim]);
  fields.expectNeutral(at("rope.dimension_count"), [headDim]);
  fields.expectNeutral(at("attention.causal"), [true]);
  fields.expectNeutral(at("use_parallel_residual"), [false]);
  fields.expectNeutral(at("tensor_data_layout"), ["Meta AI original pth"]);
  fields.expectNeutral(at("vocab_size"), [vocab]);
}
